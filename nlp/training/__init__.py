"""How the taggers are trained; never needed to run."""
