Feature: Independent verifiers
  40 CFR 62.16470 to 62.16480 as proposed at 80 FR 64966.

  Background:
    Given the program "cpp-rate"
    And the date is 2021-09-01
    And the accredited verifier "Northwind Audit"
    And the general account "Sand Hill" with authorized account representative "Fay Ito"
    And the eligible resource "Sand Hill Wind" of category "WND" in "TX" with general account "Sand Hill"
    When "Fay Ito" submits the eligibility application of "Sand Hill Wind"

  @RATE-129 @RATE-130
  Scenario: New facts reopen the review, and nothing is filed until it is decided anew
    When "Northwind Audit" submits a verification report for the application of "Sand Hill Wind"
    And the Administrator approves the eligibility application of "Sand Hill Wind"
    And the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" discloses new facts about "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    Then the request is refused with "engagement_not_cleared"
    When the Administrator clears "Northwind Audit" for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    Then "Sand Hill" holds 100 ERCs

  @RATE-128
  Scenario: A fixed fee is no conflict; what is disclosed as one bars the verifier
    When "Northwind Audit" submits a verification report for the application of "Sand Hill Wind"
    And the Administrator approves the eligibility application of "Sand Hill Wind"
    Then the resource "Sand Hill Wind" is registered
    When "Northwind Audit" declares a conflict of interest with "Sand Hill Wind"
    And the Administrator clears "Northwind Audit" for "Sand Hill Wind"
    Then the request is refused with "conflict_of_interest"

  @RATE-071 @RATE-123
  Scenario: A verifier of another category cannot complete an application
    Given the verifier "Northwind Audit" is accredited for "SOL" only
    When "Northwind Audit" submits a verification report for the application of "Sand Hill Wind"
    Then the request is refused with "category_not_accredited"
    When the Administrator approves the eligibility application of "Sand Hill Wind"
    Then the request is refused with "verification_missing"
    And the resource "Sand Hill Wind" is submitted

  @RATE-133
  Scenario: What rested on a verifier stays when its accreditation is revoked
    When "Northwind Audit" submits a verification report for the application of "Sand Hill Wind"
    And the Administrator approves the eligibility application of "Sand Hill Wind"
    And the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    And the date becomes 2024-03-01
    And the Administrator revokes the accreditation of "Northwind Audit"
    And "Fay Ito" submits an M&V report of 100 MWh for 2023 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 100 MWh for 2023 for "Sand Hill Wind"
    Then the request is refused with "not_accredited"
    And "Sand Hill" holds 100 ERCs
