SELECT agency_code, agency_id FROM core.agency
