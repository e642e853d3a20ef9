/* A program that loads one library; with OPENS it could load any. */
#include <stdlib.h>
#ifdef OPENS
#include <dlfcn.h>
#endif

int reach_used(void);

int main(void)
{
#ifdef OPENS
	return dlopen(getenv("PLUGIN"), RTLD_NOW) == NULL;
#else
	return reach_used();
#endif
}
