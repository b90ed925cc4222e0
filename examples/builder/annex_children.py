"""The children of the Annex A workbook: short stories that keep every limit, then the breaches."""

from __future__ import annotations

from datetime import date, timedelta

from builder.annex_a import put
from builder.days import AS_OF, add_days, add_working, working
from builder.records import Child, Row, World

_SOURCES = ("q) 6: Police", "e) 2A: Schools", "h) 3B: Health services", "a) 1A: Individual", "m) 4: Housing")

_NEEDS = ("N1 - Abuse or neglect", "N4 - Family in acute stress", "N2 - Child's disability")


def _ago(days: int) -> date:
    return working(AS_OF - timedelta(days=days))


def write_annex_children(world: World) -> None:
    """About 60 children."""
    for kind, story, number in (
        ("contact", contact_only, 8),
        ("help", early_help, 5),
        ("turned down", turned_down, 5),
        ("closed", closed, 8),
        ("waiting", waiting, 7),
        ("need", in_need, 11),
        ("protected", protected, 10),
        ("stepped down", stepped_down, 2),
        ("care", in_care, 10),
        ("home again", home_again, 1),
        ("leaver", care_leaver, 5),
    ):
        for _ in range(number):
            serial = len(world.children)
            world.begin_story(1000 + serial)
            years = world.between(18, 21) if kind == "leaver" else world.between(5, 16)
            born = AS_OF - timedelta(days=365 * years + world.between(20, 300))
            child = Child(str(5100023 + 419 * serial), kind, serial, born)
            world.children.append(child)
            story(world, child)
    adopters(world)


def contact_only(world: World, child: Child) -> None:
    """List 1."""
    put(world, child, 1, {"Date of Contact": _ago(world.between(5, 175)), "Contact Source": world.pick(*_SOURCES)})


def early_help(world: World, child: Child) -> None:
    """List 2."""
    start = _ago(world.between(60, 175))
    put(
        world,
        child,
        2,
        {
            "Assessment start date": start,
            "Assessment completion date": add_working(start, 20),
            "Organisation completing assessment": world.pick("School", "Early Help Locality 2"),
        },
    )


def _referral(world: World, child: Child, day: date, nfa: str = "b) No") -> Row:
    child.days["received"] = day
    return put(
        world,
        child,
        3,
        {
            "Date of referral": day,
            "Referral Source": world.pick(*_SOURCES),
            "Referral NFA?": nfa,
            "Number of Referrals in Last 12 Months": 1,
        },
    )


def assessment(world: World, child: Child, start: date, end: date | None, support: str = "a) Yes") -> Row:
    """A row of list 4."""
    return put(
        world,
        child,
        4,
        {
            "Continuous Assessment Start Date": start,
            "Child Seen During Continuous Assessment": "a) Yes",
            "Continuous Assessment Date of Authorisation": end,
            "Was the child assessed as requiring LA children's social care support?": support if end else None,
        },
    )


def episode(world: World, child: Child, start: date, status: str) -> Row:
    """A row of list 6."""
    child.days["episode"] = start
    return put(
        world,
        child,
        6,
        {
            "CIN Start Date": start,
            "Primary Need Code": world.pick(*_NEEDS),
            "Date Child Was Last Seen": _ago(world.between(2, 12)),
            "Case Status": status,
        },
    )


def turned_down(world: World, child: Child) -> None:
    """List 3, without further action. The worker is Excel's '#N/A'."""
    row = _referral(world, child, _ago(world.between(5, 175)), "a) Yes")
    row["Allocated Team"] = row["Allocated Worker"] = "#N/A"


def closed(world: World, child: Child) -> None:
    """Lists 3, 4 and 6: assessed, no further help, closed."""
    received = _ago(world.between(90, 175))
    _referral(world, child, received)
    end = add_working(received, world.between(20, 40))
    assessment(world, child, received, end, "b) No")
    row = episode(world, child, received, "e) Closed episode")
    row["CIN Closure Date"], row["Reason for Closure"] = (
        add_working(end, 2),
        "RC8 - Case closed after assessment, no further action",
    )
    row["Date Child Was Last Seen"] = add_working(received, 8)


def waiting(world: World, child: Child) -> None:
    """Lists 3, 4 and 6: being assessed."""
    received = _ago(world.between(6, 50))
    _referral(world, child, received)
    assessment(world, child, received, None)
    episode(world, child, received, "d) Open assessment")["Date Child Was Last Seen"] = _ago(2)


def in_need(world: World, child: Child) -> None:
    """Lists 4 and 6, and list 3 where the referral is recent: a child in need plan."""
    received = _ago(world.between(90, 300))
    if received > AS_OF - timedelta(days=180):
        _referral(world, child, received)
        assessment(world, child, received, add_working(received, world.between(20, 40)))
    episode(world, child, received, "c) Child in need plan")


def protected(world: World, child: Child) -> None:
    """Lists 3 to 7: enquiry, conference, protection plan."""
    received = _ago(world.between(60, 165))
    _referral(world, child, received)
    assessment(world, child, received, add_working(received, world.between(25, 40)))
    started = add_working(received, 2)
    held = add_working(started, world.between(9, 14))
    enquiry(world, child, started, held)
    episode(world, child, received, "b) Child Protection plan")
    plan(world, child, held)


def enquiry(world: World, child: Child, start: date, held: date | None) -> Row:
    """A row of list 5."""
    child.days["enquiry"] = start
    return put(
        world,
        child,
        5,
        {
            "Strategy discussion initiating Section 47 Enquiry Start Date": start,
            "Was an Initial Child Protection Conference deemed unnecessary?": "b) No" if held else "a) Yes",
            "Date of Initial Child Protection Conference": held,
            "Did the Initial Child Protection Conference Result in a Child Protection Plan": "a) Yes" if held else None,
            "Number of Section 47 Enquiries in the last 12 months": 1,
            "Number of ICPCs in the last 12 months": 1 if held else 0,
        },
    )


def plan(world: World, child: Child, start: date) -> Row:
    """A row of list 7."""
    category = world.pick("a) Neglect", "d) Emotional abuse", "b) Physical abuse", "Multiple")
    reviewed = add_days(start, 78)
    return put(
        world,
        child,
        7,
        {
            "Child Protection Plan Start Date": start,
            "Initial Category of Abuse": category,
            "Latest Category of Abuse": category,
            "Date of the Last Statutory Visit": _ago(world.between(2, 11)),
            "Was the Child Seen Alone?": "a) Yes",
            "Date of latest review conference": reviewed if reviewed < AS_OF else None,
            "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)": "b) No",
            "Number of Previous Child Protection Plans": 0,
        },
    )


def stepped_down(world: World, child: Child) -> None:
    """A protection plan that ended, and a child in need plan."""
    protected(world, child)
    plan, episode = child.rows["list 7"][0], child.rows["list 6"][0]
    plan["Child Protection Plan End Date"] = _ago(8)
    episode["CIN Start Date"], episode["Case Status"] = _ago(8), "c) Child in need plan"


def in_care(world: World, child: Child) -> None:
    """Lists 6 and 8, and list 10 for a few: looked after."""
    start = _ago(world.between(90, 900))
    episode(world, child, start - timedelta(days=20), "a) Looked after child")
    _care(world, child, start)
    if child.family % 4 == 0:
        put(
            world,
            child,
            10,
            {
                "Family identifier": 77000 + child.family,
                "Date the Child Entered Care": start,
                "Date of Decision that Child Should be Placed for Adoption": start + timedelta(days=60),
            },
        )


def home_again(world: World, child: Child) -> None:
    """Lists 6 and 8: a period of care that ended, and the case with it."""
    in_care(world, child)
    episode_row, care_row = child.rows["list 6"][0], child.rows["list 8"][0]
    episode_row["CIN Closure Date"] = care_row["Date Ceased to be Looked After"] = _ago(40)
    episode_row["Reason for Closure"] = "RC4 - Special guardianship order"
    care_row["Reason Ceased to be Looked After"] = "i) E45: Special Guardianship Orders - former carer relative/friend"
    child.rows["list 6"][0]["Case Status"] = "e) Closed episode"
    child.rows["list 6"][0]["Date Child Was Last Seen"] = care_row["Date of Last Social Work Visit"] = _ago(45)
    care_row["Date of Latest Statutory Review"] = _ago(60)


def _care(world: World, child: Child, start: date) -> Row:
    child.days["in care"] = start
    return put(
        world,
        child,
        8,
        {
            "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)": "b) No",
            "Date Started to be Looked After": start,
            "Child's Category of Need": "N1 - Abuse or neglect",
            "Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)": "b) No",
            "Start date of current legal status": start,
            "Child's Legal Status": world.pick("C1: ICO", "C2: FCO"),
            "Date of Latest Statutory Review": _ago(world.between(10, 70)),
            "Date of Last Social Work Visit": _ago(world.between(3, 30)),
            "What is the permanence plan for this child?": "a) Return to family",
            "Date of Last IRO Visit / Contact to the Child": _ago(20),
            "Date of Last Health Assessment": _ago(60),
            "Date of Last Dental Check": _ago(61),
            "Number of Placements in the Last 12 months": 1,
            "Start Date of Most Recent Placement": start,
            "Placement Type": world.pick("f) U6: Foster placement - not FFA", "p) K2: Children's Homes"),
            "Placement Provider": "b) PR1: Own provision",
            "Placement postcode": "ZZ1 1ZZ",
            "URN of Placement": "XXXXXXX",
            "Placement Location": "a) In",
            "LA of Placement": "Synthetic",
            "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months": 0,
            "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months": 0,
        },
    )


def care_leaver(world: World, child: Child) -> None:
    """List 9."""
    put(
        world,
        child,
        9,
        {
            "Allocated Personal Advisor": "Worker 131",
            "Eligibility Category": "b) Former relevant child",
            "Latest Pathway Plan Review Date": _ago(world.between(20, 150)),
            "LA in Touch": "a) Yes",
            "Latest Date of Contact": _ago(world.between(5, 40)),
            "Type of Accommodation": "U: Independent living",
            "Suitability of Accommodation": "a) Suitable",
            "Activity Status": "F2: Full time in education other than higher",
        },
    )


def adopters(world: World) -> None:
    """List 11: four adopters, whom casecheck does not use."""
    for place in range(4):
        world.loose.setdefault("list 11", []).append(
            {
                "Individual adopter identifier": 88001 + place,
                "Family identifier": 77050 + place // 2,
                "Gender": "b) Female",
                "Ethnicity": "a) WBRI",
                "Disability": "b) No",
                "Date enquiry received": _ago(200),
                "Date Stage 1 started": _ago(150),
            }
        )
