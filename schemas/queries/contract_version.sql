SELECT version FROM core.contract
