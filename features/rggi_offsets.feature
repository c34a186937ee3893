Feature: Offset projects in a RGGI program
  A project goes through the papers of eligible resources: application, verification,
  report, verification. It is awarded allowances of a class of its own (RGGI-033).

  Background:
    Given the program "rggi-md"
    And the date is 2016-01-05
    And the accredited verifier "Northwind Audit"
    And the general account "Bay Carbon" with authorized account representative "Fay Ito"
    And the eligible resource "Back River" of category "LFM" in "MD" with general account "Bay Carbon"

  @RGGI-033 @RGGI-048
  Scenario: A verified year of a registered project is awarded, once
    When the Administrator awards offset allowances to "Back River" for 2016
    Then the award is refused with "not_registered"
    When "Fay Ito" submits the eligibility application of "Back River"
    And "Northwind Audit" submits a verification report for the application of "Back River"
    And the Administrator approves the eligibility application of "Back River"
    And the date becomes 2017-02-01
    And "Fay Ito" submits an M&V report of 1000.7 MWh for 2016 for "Back River"
    And the Administrator awards offset allowances to "Back River" for 2016
    Then the award is refused with "verification_missing"
    When "Northwind Audit" submits a verification report of 1000.7 MWh for 2016 for "Back River"
    And the Administrator awards offset allowances to "Back River" for 2016
    Then "Bay Carbon" holds 1000 allowances of vintage 2016
    And the report "offset-projects" shows:
      | project    | type                    | state | status     | awarded |
      | Back River | Landfill methane capture | MD    | registered | 1000    |
    When the Administrator awards offset allowances to "Back River" for 2016
    Then the award is refused with "issued_already"
    And "Bay Carbon" holds 1000 allowances of vintage 2016
    And every report agrees with the books
    And every instrument is in exactly one account
