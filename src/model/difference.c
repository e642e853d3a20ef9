#include "difference.h"

bool difference_is_empty(const struct difference *d)
{
	return d->package_n == 0 && d->own_n == 0 && d->file_n == 0 && d->setting_n == 0;
}
