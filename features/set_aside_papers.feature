Feature: Papers of the resources to which set-asides go
  40 CFR 62.16245(a), 62.16250 to 62.16285 and 62.16365(a)(2)(iv)(A) as proposed at
  80 FR 64966: the document work of the rate-based program serves the set-asides too.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-05-03
    And the accredited verifier "Northwind Audit"
    And the general account "Sun Co" with authorized account representative "Sol Ray"
    And the general account "Wind Co" with authorized account representative "Wyn Gale"
    And the eligible resource "P1" of category "WND" in "AL" with general account "Sun Co"
    When "Sol Ray" submits the eligibility application of "P1"
    And "Northwind Audit" submits a verification report for the application of "P1"
    And the Administrator approves the eligibility application of "P1"
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 1000000       |
      | P2      | Wind Co | 500000        |

  @MASS-077 @MASS-106 @MASS-117 @MASS-118 @MASS-120 @MASS-164
  Scenario: From a serial number to the project and its papers
    When the date becomes 2021-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    And the date becomes 2023-02-01
    And "Sol Ray" submits an M&V report of 1000000 MWh for 2022 for "P1"
    And "Northwind Audit" submits a verification report of 1000000 MWh for 2022 for "P1"
    Then "AL-2022-59733941" is held by "Sun Co"
    And "AL-2022-59733941" traces to these documents:
      | kind                    |
      | eligibility_application |
      | emv_plan                |
      | verification_report     |
      | decision                |
      | decision                |
      | mv_report               |
      | verification_report     |

  @MASS-082 @MASS-102
  Scenario: What a report overstated is taken off the next year's verified MWh
    When the date becomes 2021-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    And the date becomes 2022-05-20
    Given these approved renewable projects in "AL" for 2023:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 800000        |
    When the date becomes 2023-02-01
    And "Sol Ray" submits an M&V report of 1000000 MWh for 2022 for "P1"
    And "Northwind Audit" submits a verification report of 1000000 MWh for 2022 for "P1"
    And "P1" is verified for 2022 as its M&V reports say
    And the Administrator finds the M&V report of "P1" for 2022 overstated by 5000 MWh
    And the date becomes 2024-02-01
    And "Sol Ray" submits an M&V report of 800000 MWh for 2023 for "P1"
    And "Northwind Audit" submits a verification report of 800000 MWh for 2023 for "P1"
    And "P1" is verified for 2023 as its M&V reports say
    Then "P1" still owes 5000 MWh

  @MASS-105
  Scenario: Who is suspended on December 1 is not in the pool
    When the date becomes 2021-11-15
    And the Administrator suspends issuance to "P1" during an investigation
    And the date becomes 2021-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    Then "Sun Co" holds 0 allowances
    And "Wind Co" holds 3308224 allowances

  @MASS-125
  Scenario: A verification report that is rejected for conflict takes the project out
    When the date becomes 2021-11-20
    And the Administrator rejects the verification report for the application of "P1"
    And the date becomes 2021-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    Then "Sun Co" holds 0 allowances

  @MASS-101 @MASS-104
  Scenario: As many as were given to an ineligible resource are taken back
    When the date becomes 2021-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    And "Sol Ray" transfers 5483 allowances of vintage 2022 from "Sun Co" to "Wind Co"
    And the date becomes 2023-03-01
    And the Administrator revokes the qualification of "P1"
    Then "Sun Co" holds 0 allowances
    And "Sun Co" owes 5483 allowances by 2023-03-30

  @MASS-121 @MASS-124 @MASS-126
  Scenario: Only an accredited verifier, cleared for the resource, is heard
    When the date becomes 2023-02-01
    And "Sol Ray" submits an M&V report of 1000 MWh for 2022 for "P1"
    And "Sol Ray" submits a verification report of 1000 MWh for 2022 for "P1"
    Then the request is refused with "unknown_verifier"
    When the Administrator revokes the accreditation of "Northwind Audit"
    And "Northwind Audit" submits a verification report of 1000 MWh for 2022 for "P1"
    Then the request is refused with "not_accredited"
