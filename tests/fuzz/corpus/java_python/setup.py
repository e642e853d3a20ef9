setup.py
setup(install_requires=['a==1', "b==2", 'c>=3'])
