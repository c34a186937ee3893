Feature: Credits that affected EGUs earn
  40 CFR 62.16434 as proposed at 80 FR 64966: by undercutting their standard, and at
  turbines by gas shift; cumulative within the period, noticed and open for comment.

  Background:
    Given the program "cpp-rate"
    And the date is 2022-01-03
    And the facility "Cane" with ORIS code 1363 in "KY" with the affected units:
      | unit | type           | net_summer_mw |
      | 1    | steam          | 500           |
      | 2    | combined_cycle | 640           |
    And "Ana Ruiz" is the designated representative of "Cane"

  @RATE-033 @RATE-041 @RATE-140
  Scenario: A steam unit below its standard is credited in its compliance account
    When the date becomes 2023-02-01
    And the operation of "Cane/1" is reported:
      | year | co2_lb     | net_mwh |
      | 2022 | 3200000000 | 2000000 |
    And the date becomes 2023-05-31
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues the ERCs of affected units for 2022
    Then "Cane/1" was issued 84979 ERCs of category "EGU" for 2022
    And "Cane/1" holds 84979 ERCs of vintage 2022
    And "KY-2023-EGU-84979" is held by "Cane/1"

  @RATE-034
  Scenario: Later years are taken on the period to date, and nothing is earned twice
    When the date becomes 2023-02-01
    And the operation of "Cane/2" is reported:
      | year | co2_lb    | net_mwh |
      | 2022 | 344000000 | 400000  |
    And the date becomes 2023-05-31
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues the ERCs of affected units for 2022
    Then "Cane/2" was issued 7753 ERCs of category "EGU" for 2022
    When the date becomes 2024-02-01
    And the operation of "Cane/2" is reported:
      | year | co2_lb    | net_mwh |
      | 2023 | 267000000 | 300000  |
    And the date becomes 2024-05-31
    And the Administrator publishes the credit notice for 2023
    And the date becomes 2024-07-01
    And the Administrator issues the ERCs of affected units for 2023
    Then "Cane/2" was issued 0 ERCs of category "EGU" for 2023

  @RATE-035 @RATE-037 @RATE-038
  Scenario: A turbine earns by gas shift from its first MWh while it owes other credits
    When the date becomes 2023-02-01
    And the operation of "Cane/2" is reported:
      | year | co2_lb    | net_mwh |
      | 2022 | 900000000 | 1000000 |
    And the date becomes 2023-05-31
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-30
    And the Administrator issues the ERCs of affected units for 2022
    Then "Cane/2" was issued 101508 ERCs of category "GSE" for 2022
    And "Cane/2" was issued 0 ERCs of category "EGU" for 2022
    When the date becomes 2025-02-03
    And the operation of "Cane/2" is reported:
      | year | co2_lb | net_mwh |
      | 2023 | 0      | 0       |
      | 2024 | 0      | 0       |
    Then "Cane/2" needs 26226 ERCs for 2022-2024
    And "Cane/2" is short of 26226 ERCs for 2022-2024

  @RATE-139
  Scenario: Nothing is issued while the public can comment, nor without a notice
    When the date becomes 2023-02-01
    And the operation of "Cane/2" is reported:
      | year | co2_lb    | net_mwh |
      | 2022 | 900000000 | 1000000 |
    And the Administrator issues the ERCs of affected units for 2022
    Then the issuance is refused with "comment_period_open"
    When the date becomes 2023-05-31
    And the Administrator publishes the credit notice for 2022
    And the date becomes 2023-06-29
    And the Administrator issues the ERCs of affected units for 2022
    Then the issuance is refused with "comment_period_open"
    And "Cane/2" holds 0 ERCs
