Feature: Eligible resources, their papers, and the credits issued to them
  40 CFR 62.16435 to 62.16480 as proposed at 80 FR 64966.

  Background:
    Given the program "cpp-rate"
    And the date is 2021-09-01
    And the accredited verifier "Northwind Audit"
    And the general account "Sand Hill" with authorized account representative "Fay Ito"
    And the eligible resource "Sand Hill Wind" of category "WND" in "TX" with general account "Sand Hill"
    When "Fay Ito" submits the eligibility application of "Sand Hill Wind"
    And "Northwind Audit" submits a verification report for the application of "Sand Hill Wind"
    And the Administrator approves the eligibility application of "Sand Hill Wind"

  @RATE-110 @RATE-135 @RATE-141 @RATE-142 @RATE-143 @PLAT-089
  Scenario: From a meter to serial numbers, each with its papers
    When the date becomes 2023-02-01
    And "Fay Ito" submits an M&V report of 5000.7 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 5000.7 MWh for 2022 for "Sand Hill Wind"
    And the date becomes 2023-05-31
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    Then "Sand Hill" holds 5000 ERCs
    And "TX-2023-WND-5000" is held by "Sand Hill"
    And "TX-2023-WND-17" traces to these documents:
      | kind                    |
      | eligibility_application |
      | emv_plan                |
      | verification_report     |
      | decision                |
      | mv_report               |
      | verification_report     |
      | decision                |

  @RATE-110 @RATE-136
  Scenario: Nothing is issued without a verified report
    When the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 5000.7 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    Then the issuance is refused with "verification_missing"
    And "Sand Hill" holds 0 ERCs

  @RATE-139
  Scenario: The public has 30 days to comment
    When the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 5000.7 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 5000.7 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-29
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    Then the issuance is refused with "comment_period_open"

  @RATE-057 @RATE-138
  Scenario: No MWh is credited twice
    When the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    Then the request is refused with "overlap"
    When "Northwind Audit" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    Then the issuance is refused with "issued_already"
    And "Sand Hill" holds 100 ERCs

  @RATE-121
  Scenario: What the verifier determined is issued
    When the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 10000 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 9950 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    Then "Sand Hill" holds 9950 ERCs

  @RATE-122 @RATE-123
  Scenario: Only an accredited verifier, within its categories, verifies
    When the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    And "Fay Ito" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    Then the request is refused with "unknown_verifier"
    Given the verifier "Northwind Audit" is accredited for "SOL" only
    When "Northwind Audit" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    Then the request is refused with "category_not_accredited"

  @RATE-127 @RATE-132
  Scenario: A conflict of interest bars a verifier
    When the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" declares a conflict of interest with "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    Then the request is refused with "conflict_of_interest"

  @RATE-133
  Scenario: After its accreditation was revoked a verifier files nothing
    When the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    And the Administrator revokes the accreditation of "Northwind Audit"
    And "Northwind Audit" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    Then the request is refused with "not_accredited"

  @RATE-145
  Scenario: An overstated report is made up for in the next issue
    When the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    And the Administrator finds the M&V report of "Sand Hill Wind" for 2022 overstated by 40 MWh
    And the date becomes 2024-05-31
    And "Fay Ito" submits an M&V report of 200 MWh for 2023 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 200 MWh for 2023 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2023
    And the date becomes 2024-07-02
    And the Administrator issues ERCs to "Sand Hill Wind" for 2023
    Then "Sand Hill" holds 260 ERCs

  @RATE-058 @RATE-148
  Scenario: What is missing after a revocation is due within 30 days
    Given the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    When the date becomes 2023-05-31
    And "Fay Ito" submits an M&V report of 100 MWh for 2022 for "Sand Hill Wind"
    And "Northwind Audit" submits a verification report of 100 MWh for 2022 for "Sand Hill Wind"
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues ERCs to "Sand Hill Wind" for 2022
    And "Fay Ito" transfers "TX-2023-WND-1" to "TX-2023-WND-15" from "Sand Hill" to "Gulf Brokers"
    Then the transfer is recorded
    When the date becomes 2024-03-11
    And the Administrator revokes the qualification of "Sand Hill Wind"
    Then the account "Sand Hill" is frozen
    And "Sand Hill" holds 0 ERCs
    And "TX-2023-WND-16" is retired
    And "Sand Hill" owes 15 ERCs by 2024-04-09
    When "Fay Ito" submits an M&V report of 100 MWh for 2023 for "Sand Hill Wind"
    Then the request is refused with "qualification_revoked"

  @RATE-053
  Scenario: A category that a federal plan does not admit needs a State's own plan
    Given the eligible resource "Mill Heat" of category "CHP" in "OK" with general account "Sand Hill"
    When "Fay Ito" submits the eligibility application of "Mill Heat"
    And "Northwind Audit" submits a verification report for the application of "Mill Heat"
    And the Administrator approves the eligibility application of "Mill Heat"
    And the date becomes 2023-02-01
    And "Fay Ito" submits an M&V report of 10 MWh for 2022 for "Mill Heat"
    And the Administrator issues ERCs to "Mill Heat" for 2022
    Then the issuance is refused with "verification_missing"
