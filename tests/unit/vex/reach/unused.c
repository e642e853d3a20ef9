int reach_unused(void);

int reach_unused(void)
{
	return 0;
}
