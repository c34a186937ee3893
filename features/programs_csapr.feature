Feature: A program with State assurance levels is a file
  An allowance of any State covers a ton in every State. Where a State's sources emit more
  than its assurance level, the groups above their shares owe two more for each ton above
  it, shared by how far each is above (40 CFR 97.406(c)(2), 97.425).

  Background:
    Given the program "csapr-like"
    And the date is 2016-06-01
    And the facility "Monroe" with ORIS code 1733 in "MI" with the affected units "1"
    And the facility "Belle River" with ORIS code 6034 in "MI" with the affected units "1"
    And the facility "Campbell" with ORIS code 1710 in "MI" with the affected units "1"
    And the facility "Barry" with ORIS code 3 in "AL" with the affected units "1"
    And "Ana Ruiz" is the designated representative of "Monroe"
    And "Ana Ruiz" is the designated representative of "Belle River"
    And "Gil Orr" is the designated representative of "Campbell"
    And "Cy Dunn" is the designated representative of "Barry"
    And the Administrator records these allocations:
      | account     | unit | vintage | quantity |
      | Monroe      | 1    | 2017    | 20000    |
      | Belle River | 1    | 2017    | 11520    |
      | Campbell    | 1    | 2017    | 31520    |
      | Barry       | 1    | 2017    | 71962    |
    And the date becomes 2018-01-10
    And "Cy Dunn" transfers 40000 allowances of vintage 2017 from "Barry" to "Monroe"
    And "Cy Dunn" transfers 5000 allowances of vintage 2017 from "Barry" to "Campbell"

  @PLAT-019
  Scenario: Two for one, on top of what covers the tons, shared by excess and taken when due
    When the emissions of "Monroe" are reported:
      | unit | year | co2_tons |
      | 1    | 2017 | 50000    |
    And the emissions of "Belle River" are reported:
      | unit | year | co2_tons |
      | 1    | 2017 | 10000    |
    And the emissions of "Campbell" are reported:
      | unit | year | co2_tons |
      | 1    | 2017 | 20000    |
    And the emissions of "Barry" are reported:
      | unit | year | co2_tons |
      | 1    | 2017 | 20000    |
    And the date becomes 2018-03-02
    And the Administrator runs the deductions for 2017
    Then "Monroe" is in compliance for 2017
    And "Monroe" holds 10000 allowances
    And "Belle River" holds 1520 allowances
    When the Administrator assesses the assurance levels of 2017
    Then "MI" emitted 5612.8 tons above its assurance level in 2017
    And "AL" emitted 0 tons above its assurance level in 2017
    And these allowances are owed for the assurance level of "MI" for 2017:
      | account     | group_due | due  | deducted | outstanding |
      | Monroe      | 11226     | 9355 | 0        | 9355        |
      | Belle River | 11226     | 1871 | 0        | 1871        |
      | Campbell    | 0         | 0    | 0        | 0           |
    When the date becomes 2018-11-01
    And the Administrator takes what is owed for the assurance levels of 2017
    Then the request is refused with "not_due_yet"
    When the date becomes 2018-11-02
    And the Administrator takes what is owed for the assurance levels of 2017
    Then these allowances are owed for the assurance level of "MI" for 2017:
      | account     | group_due | due  | deducted | outstanding |
      | Monroe      | 11226     | 9355 | 9355     | 0           |
      | Belle River | 11226     | 1871 | 1520     | 351         |
      | Campbell    | 0         | 0    | 0        | 0           |
    And "Monroe" holds 645 allowances
    And "Ana Ruiz" is notified of "assurance_deducted"
    When "Ana Ruiz" transfers 400 allowances of vintage 2017 from "Monroe" to "Belle River"
    Then these allowances are owed for the assurance level of "MI" for 2017:
      | account     | group_due | due  | deducted | outstanding |
      | Monroe      | 11226     | 9355 | 9355     | 0           |
      | Belle River | 11226     | 1871 | 1871     | 0           |
      | Campbell    | 0         | 0    | 0        | 0           |
    And "Belle River" holds 49 allowances
    When the Administrator takes what is owed for the assurance levels of 2017
    Then the request is refused with "taken_already"

  @PLAT-019
  Scenario: Nothing is assessed before every source has reported
    When the emissions of "Monroe" are reported:
      | unit | year | co2_tons |
      | 1    | 2017 | 50000    |
    And the Administrator assesses the assurance levels of 2017
    Then the request is refused with "emissions_incomplete"
    When the Administrator takes what is owed for the assurance levels of 2017
    Then the request is refused with "not_assessed"
