Feature: Set-asides of a mass-based program
  40 CFR 62.16245 and 62.16240(b) as proposed at 80 FR 64966: the renewable energy
  set-aside goes to projects in proportion to what they project, less what they owe;
  the output-based one to combined-cycle units that ran above half of their capacity;
  what nobody earned goes to the State's units.

  Background:
    Given the program "cpp-mass"
    And the date is 2021-05-03
    And the general account "Sun Co" with authorized account representative "Sol Ray"
    And the general account "Wind Co" with authorized account representative "Wyn Gale"
    And the general account "Heat Co" with authorized account representative "Gia Heat"

  @MASS-080 @MASS-081 @MASS-050 @MASS-062
  Scenario: The whole set-aside goes to the projects in proportion to their projections
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 1000000       |
      | P2      | Wind Co | 500000        |
      | P3      | Heat Co | 2000000       |
    When the date becomes 2021-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    Then these allowances of vintage 2022 were distributed:
      | recipient | quantity |
      | P1        | 945207   |
      | P2        | 472603   |
      | P3        | 1890414  |
    And "Sun Co" holds 945207 allowances of vintage 2022
    And "AL renewable energy set-aside" holds 0 allowances
    And "AL-2022-59733941" is held by "Sun Co"

  @MASS-080
  Scenario: Nothing runs twice
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 1000000       |
    When the date becomes 2021-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    Then the request is refused with "distributed_before"
    And "Sun Co" holds 3308224 allowances

  @MASS-082 @MASS-083
  Scenario: A shortfall is taken off the provider's next projection
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 1000000       |
    When the date becomes 2023-06-01
    And "P1" is verified at 850000 MWh for 2022
    Given these approved renewable projects in "AL" for 2024:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 1000000       |
      | P2      | Wind Co | 500000        |
      | P3      | Heat Co | 2000000       |
    When the date becomes 2023-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2024
    Then these allowances of vintage 2024 were distributed:
      | recipient | quantity |
      | P1        | 839400   |
      | P2        | 493765   |
      | P3        | 1975059  |

  @MASS-084
  Scenario: A shortfall above ten percent is explained before anything further is filed
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 1000000       |
    When the date becomes 2023-04-03
    And "P1" is verified at 899999 MWh for 2022
    And "P1" is projected at 900000 MWh for 2024
    Then the request is refused with "explanation_owed"
    When the shortfall of "P1" for 2022 is explained
    And "P1" is projected at 900000 MWh for 2024
    And "P1" is projected at 900000 MWh for 2024
    Then the request is refused with "projection_taken"

  @MASS-085
  Scenario: Three short years bar the provider from what is still to come
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    And these approved renewable projects in "AL" for 2023:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    And these approved renewable projects in "AL" for 2024:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    And these approved renewable projects in "AL" for 2026:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
      | P2      | Wind Co | 1             |
    When the date becomes 2025-06-16
    And "P1" is verified at 80 MWh for 2022
    And "P1" is verified at 80 MWh for 2023
    And "P1" is verified at 80 MWh for 2024
    Then nothing of the renewable energy set-aside of "AL" for 2026 can go to "Sun Co"
    And nothing of the renewable energy set-aside of "AL" for 2027 can go to "Sun Co"
    When the date becomes 2025-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2026
    Then these allowances of vintage 2026 were distributed:
      | recipient | quantity |
      | P2        | 3045949  |

  @MASS-078
  Scenario: A projection that is dispatched after June 1 is for a later year
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    When the date becomes 2022-06-02
    And "P1" is projected at 100 MWh for 2023
    Then the request is refused with "too_late"
    When "P1" is projected at 100 MWh for 2024
    And the date becomes 2022-06-03
    And "P1" is projected at 100 MWh for 2023, dispatched 2022-06-01
    Then the request is refused with "too_late"

  @MASS-086 @MASS-087
  Scenario: Without projects it all goes to the State's units by initial allocation
    Given the facility "Rio" with ORIS code 4162 in "WY" with the affected units "1, 2, 3"
    And "Ray Rio" is the designated representative of "Rio"
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Rio     | 1    | 2023    | 20000000 |
      | Rio     | 2    | 2023    | 11000000 |
      | Rio     | 3    | 2023    | 1234567  |
    And the date becomes 2022-12-01
    And the Administrator distributes the renewable energy set-aside of "WY" for 2023
    Then these allowances of vintage 2023 were distributed:
      | recipient | quantity |
      | Rio/1     | 1195254  |
      | Rio/2     | 657390   |
      | Rio/3     | 73781    |

  @MASS-088 @MASS-089 @MASS-090 @MASS-091 @MASS-093
  Scenario: Output above half of capacity earns vintages of the next period
    Given the facility "Rio" with ORIS code 4162 in "WY" with the affected units:
      | unit | type           | net_summer_mw |
      | 1    | combined_cycle | 500           |
      | 2    | combined_cycle | 100           |
      | 3    | steam          | 500           |
    And "Ray Rio" is the designated representative of "Rio"
    And the output-based set-aside of "WY" for 2025 is 45114
    When the date becomes 2025-02-03
    And the net generation of "Rio" is reported:
      | unit | year | net_mwh  |
      | 1    | 2022 | 4000000  |
      | 1    | 2023 | 4000000  |
      | 1    | 2024 | 0        |
      | 2    | 2022 | 500000   |
      | 2    | 2023 | 500000   |
      | 2    | 2024 | 500000   |
      | 3    | 2022 | 10000000 |
      | 3    | 2023 | 0        |
      | 3    | 2024 | 0        |
    And the Administrator distributes the output-based set-aside of "WY" for 2025
    Then the request is refused with "not_published"
    When the date becomes 2025-08-01
    And the Administrator publishes the output-based results of "WY" for 2025
    And the date becomes 2025-09-02
    And "Ray Rio" comments on the output-based results of "WY" for 2025
    Then the comment is on time
    When the date becomes 2025-09-03
    And "Ray Rio" comments on the output-based results of "WY" for 2025
    Then the comment is late
    When the date becomes 2025-10-31
    And the Administrator distributes the output-based set-aside of "WY" for 2025
    Then these allowances of vintage 2025 were distributed:
      | recipient | quantity |
      | Rio/1     | 39932    |
      | Rio/2     | 5182     |
    And these allowances of vintage 2027 were distributed:
      | recipient | quantity |
      | Rio/1     | 39932    |
      | Rio/2     | 5182     |
    And "Rio" holds 135342 allowances

  @MASS-088 @MASS-092
  Scenario: A unit at exactly half of its capacity, or of another kind, earns nothing
    Given the facility "Rio" with ORIS code 4162 in "WY" with the affected units:
      | unit | type           | net_summer_mw |
      | 1    | combined_cycle | 500           |
      | 2    | steam          | 500           |
    And "Ray Rio" is the designated representative of "Rio"
    When the date becomes 2024-05-31
    And the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Rio     | 1    | 2025    | 5000000  |
      | Rio     | 2    | 2025    | 3000000  |
    When the date becomes 2025-02-03
    And the net generation of "Rio" is reported:
      | unit | year | net_mwh  |
      | 1    | 2022 | 6576000  |
      | 1    | 2023 | 0        |
      | 1    | 2024 | 0        |
      | 2    | 2022 | 10000000 |
      | 2    | 2023 | 0        |
      | 2    | 2024 | 0        |
    And the date becomes 2025-08-01
    And the Administrator publishes the output-based results of "WY" for 2025
    And the date becomes 2025-09-03
    And the Administrator distributes the output-based set-aside of "WY" for 2025
    Then these allowances of vintage 2025 were distributed:
      | recipient | quantity |
      | Rio/1     | 28196    |
      | Rio/2     | 16918    |

  @MASS-091
  Scenario: Nothing is distributed while comments are open, nothing is published twice
    Given the facility "Rio" with ORIS code 4162 in "WY" with the affected units:
      | unit | type           | net_summer_mw |
      | 1    | combined_cycle | 500           |
    And "Ray Rio" is the designated representative of "Rio"
    When the date becomes 2025-02-03
    And the Administrator publishes the output-based results of "WY" for 2025
    Then the request is refused with "data_missing"
    When the net generation of "Rio" is reported:
      | unit | year | net_mwh |
      | 1    | 2022 | 8000000 |
      | 1    | 2023 | 0       |
      | 1    | 2024 | 0       |
    And the date becomes 2025-08-01
    And the Administrator publishes the output-based results of "WY" for 2025
    And the Administrator publishes the output-based results of "WY" for 2025
    Then the request is refused with "published_before"
    When the date becomes 2025-09-02
    And the Administrator distributes the output-based set-aside of "WY" for 2025
    Then the request is refused with "comment_period_open"
    And "Rio" holds 0 allowances

  @MASS-093
  Scenario: The first period has no output-based set-aside
    When the date becomes 2022-08-01
    And the Administrator publishes the output-based results of "WY" for 2022
    Then the request is refused with "no_generation_period"

  @MASS-075 @MASS-079
  Scenario Outline: What is not eligible is refused with its own reason
    When "Sun Co" files these projects in the set-aside of "WY":
      | project | category   | kind   | in_service_on | located_in | utility_scale | affected_egu |
      | P1      | <category> | <kind> | <since>       | <where>    | <large>       | <egu>        |
    And the Administrator approves the project "P1"
    Then the request is refused with "<reason>"

    Examples:
      | category | kind         | since      | where | large | egu | reason                 |
      | WND      | off_shore    | 2014-06-01 | WY    | yes   | no  | kind_not_listed        |
      | NUC      |              | 2014-06-01 | WY    | yes   | no  | kind_not_listed        |
      | SOL      | photovoltaic | 2012-12-31 | WY    | yes   | no  | capacity_not_new       |
      | SOL      | photovoltaic | 2014-06-01 | UT    | yes   | no  | other_state            |
      | WND      | on_shore     | 2014-06-01 | WY    | no    | no  | scale_not_declared     |
      | SOL      | photovoltaic | 2013-01-01 | WY    | yes   | no  | service_date_to_decide |
      | GEO      |              | 2014-06-01 | WY    | yes   | yes | is_affected_egu        |

  @MASS-076
  Scenario: Of an uprate only the output of the added capacity counts
    When "Sun Co" files these projects in the set-aside of "WY":
      | project | category | capacity_mw | in_service_on | uprate_on  | uprate_from_mw |
      | P1      | HYD      | 120         | 1995-03-01    | 2016-05-01 | 100            |
    And the Administrator approves the project "P1"
    And "P1" is projected at 350400 MWh for 2022
    Then 58400 MWh of the projection of "P1" for 2022 count

  @MASS-077 @MASS-078
  Scenario: A project stands in one pool once
    When "Sun Co" files these projects in the set-aside of "AL":
      | project |
      | P1      |
    And "Wind Co" files these projects in the set-aside of "AL":
      | project |
      | P1      |
    Then the request is refused with "project_taken"
    When "P1" is projected at 100 MWh for 2022
    And "P1" is projected at 200 MWh for 2022
    Then the request is refused with "projection_taken"

  @MASS-079
  Scenario: Only projects and MWh that were approved enter the pool
    When "Sun Co" files these projects in the set-aside of "AL":
      | project |
      | P1      |
      | P2      |
      | P3      |
    And "P1" is projected at 100 MWh for 2022
    And "P2" is projected at 100 MWh for 2022
    And "P3" is projected at 100 MWh for 2022
    And the Administrator approves the projection of "P1" for 2022
    Then the request is refused with "wrong_state"
    When the Administrator approves the project "P1"
    And the Administrator approves the projection of "P1" for 2022
    And the Administrator approves the project "P2"
    And the Administrator rejects the projection of "P2" for 2022
    And the Administrator approves the project "P3"
    And the Administrator approves the projection of "P3" for 2022
    And the Administrator revokes the project "P3"
    And the date becomes 2021-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    Then these allowances of vintage 2022 were distributed:
      | recipient | quantity |
      | P1        | 3308224  |

  @MASS-080
  Scenario: Where every projection is zero, all of it is surplus
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 0             |
      | P2      | Wind Co | 0             |
    When the date becomes 2021-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    Then "Sun Co" holds 0 allowances
    And "AL renewable energy set-aside" holds 3308224 allowances

  @MASS-080
  Scenario: Of a set-aside of zero there is nothing to distribute
    Given the renewable energy set-aside of "AL" for 2022 is 0
    And these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    When the date becomes 2021-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2022
    Then the request is refused with "nothing_in_it"

  @MASS-049 @MASS-060
  Scenario: A plan that exceeds what is left beside the set-asides by one is refused whole
    Given the facility "Barry" with ORIS code 3 in "AL" with the affected units "1, 2"
    And "Ana Ruiz" is the designated representative of "Barry"
    When the Administrator records these allocations:
      | account | unit | vintage | quantity |
      | Barry   | 1    | 2022    | 59733940 |
      | Barry   | 2    | 2022    | 1        |
    Then the allocations are refused with "over_budget"
    And "Barry" holds 0 allowances

  @MASS-083
  Scenario: A shortfall larger than the projection is carried on, and is the State's own
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 1000000       |
    When the date becomes 2023-06-01
    And "P1" is verified at 750000 MWh for 2022
    Then "P1" still owes 250000 MWh
    Given these approved renewable projects in "AL" for 2024:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100000        |
      | P2      | Wind Co | 1             |
    When the date becomes 2023-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2024
    Then these allowances of vintage 2024 were distributed:
      | recipient | quantity |
      | P2        | 3308224  |
    And "P1" still owes 150000 MWh

  @MASS-082
  Scenario: Nothing is verified before the year is over, and a year only once
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    When the date becomes 2022-12-30
    And "P1" is verified at 100 MWh for 2022
    Then the request is refused with "year_not_over"
    When the date becomes 2023-06-01
    And "P1" is verified at 100 MWh for 2022
    And "P1" is verified at 90 MWh for 2022
    Then the request is refused with "verified_before"

  @MASS-084
  Scenario: Exactly ten percent is not to be explained
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 1000000       |
    When the date becomes 2023-04-03
    And "P1" is verified at 900000 MWh for 2022
    And "P1" is projected at 900000 MWh for 2024
    Then 900000 MWh of the projection of "P1" for 2024 count

  @MASS-085
  Scenario: Short in two years of three bars nobody
    Given these approved renewable projects in "AL" for 2022:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    And these approved renewable projects in "AL" for 2023:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    And these approved renewable projects in "AL" for 2024:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    And these approved renewable projects in "AL" for 2026:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    When the date becomes 2025-06-16
    And "P1" is verified at 80 MWh for 2022
    And "P1" is verified at 100 MWh for 2023
    And "P1" is verified at 80 MWh for 2024
    And the date becomes 2025-12-01
    And the Administrator distributes the renewable energy set-aside of "AL" for 2026
    Then these allowances of vintage 2026 were distributed:
      | recipient | quantity |
      | P1        | 3045949  |

  @MASS-081 @MASS-091 @MASS-167
  Scenario: Each duty has its day; late it is shown as late, and the clock does none of it
    When the date becomes 2025-12-02
    Then the duties of the set-asides of "AL" in 2025 are:
      | duty                   | vintage | due        | standing |
      | output data            | 2025    | 2025-08-01 | overdue  |
      | output distribution    | 2025    | 2025-11-03 | overdue  |
      | renewable distribution | 2026    | 2025-12-01 | overdue  |
    Given these approved renewable projects in "AL" for 2026:
      | project | account | projected_mwh |
      | P1      | Sun Co  | 100           |
    When the Administrator distributes the renewable energy set-aside of "AL" for 2026
    Then the duties of the set-asides of "AL" in 2025 are:
      | duty                   | vintage | due        | standing  |
      | output data            | 2025    | 2025-08-01 | overdue   |
      | output distribution    | 2025    | 2025-11-03 | overdue   |
      | renewable distribution | 2026    | 2025-12-01 | done late |
