"""What is in the real notice of the help desk, `examples/notice.txt`."""

PERSON = "Nikki.Horton"  # to whom it was sent
TARGETS = [
    "https://a127-pip.nyc.gov/webapp/PRDPCW/SelfService",
    "https://www1.nyc.gov/site/mocs/systems/about-go-to-passport.page",
    "https://www1.nyc.gov/site/mocs/systems/doing-business-with-nyc.page",
    "https://passport.cityofnewyork.us/page.aspx/en/rfp/request_browse_public",
    "https://www1.nyc.gov/site/mocs/systems/passport-user-materials.page",
    "https://mocssupport.atlassian.net/servicedesk/customer/portal/8",
]
