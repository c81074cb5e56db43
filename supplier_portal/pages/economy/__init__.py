"""The pages an economist at a supplier looks for: statement of account, prices, results to come, our documents."""
