int reach_used(void);

int reach_used(void)
{
	return 0;
}
