Feature: The public reports of a RGGI program
  A dozen reports on accounts, prices, emissions, set-asides, compliance and allocations are
  open to everybody, and each agrees with the books (RGGI-047 to RGGI-049).

  Background:
    Given the program "rggi-md"
    And the date is 2016-01-20
    And the facility "Keys" with ORIS code 60302 in "MD" with the affected units "1"
    And "Kim Day" is the designated representative of "Keys"
    And the facility "Morgantown" with ORIS code 1573 in "MD" with the affected units "1"
    And "Moe Lang" is the designated representative of "Morgantown"
    And the general account "Bay Brokers" with authorized account representative "Cy Dunn"
    And the budget of "MD" for 2016 is 1000 allowances, and a MWh stands for 0.5 tons
    When the Administrator divides the budget of "MD" for 2016:
      | account                          | quantity |
      | MD voluntary renewable set-aside | 30       |
      | MD clean generation set-aside    | 600      |

  @RGGI-047 @RGGI-048 @RGGI-038
  Scenario: Accounts, representatives and sources are public
    Then the report "accounts" shows:
      | account_name                              | kind            | status |
      | Keys                                      | compliance      | open   |
      | Morgantown                                | compliance      | open   |
      | Bay Brokers                               | general         | open   |
      | MD limited industrial exemption set-aside | general (state) | open   |
      | MD long-term contract set-aside           | general (state) | open   |
      | MD voluntary renewable set-aside          | general (state) | open   |
      | MD clean generation set-aside             | general (state) | open   |
      | MD consumer energy efficiency             | general (state) | open   |
      | MD reserve                                | origination     | open   |
    And the report "representatives" shows:
      | account_name | representative | role    |
      | Keys         | Kim Day        | primary |
      | Morgantown   | Moe Lang       | primary |
      | Bay Brokers  | Cy Dunn        | primary |
    And the report "sources" shows:
      | oris_code | source     | state | units |
      | 1573      | Morgantown | MD    | 1     |
      | 60302     | Keys       | MD    | 1     |
    And every report agrees with the books

  @RGGI-027 @RGGI-030 @RGGI-031 @RGGI-048
  Scenario: Set-aside applications, allocations and awards are public
    When "Kim Day" applies for "Keys" to the clean generation set-aside of 2016 for 600 allowances, in service since 2015-06-01, with a permit finding
    And the Administrator approves the application
    And the Administrator carries out the application
    And "Mia Lee" brings the retired certificates "GATS-1" to "GATS-20" to the voluntary renewable set-aside of "MD" for 2016
    Then the report "set-asides" shows:
      | set_aside                     | source | status   | asked | given |
      | voluntary renewable set-aside |        | filed    | 10    |       |
      | clean generation set-aside    | Keys   | executed | 600   | 600   |
    And the report "allocations" shows:
      | kind     | from                          | account_name                     | vintage | quantity |
      | award    | MD clean generation set-aside | Keys                             | 2016    | 600      |
      | allocate | MD reserve                    | MD consumer energy efficiency    | 2016    | 370      |
      | allocate | MD reserve                    | MD clean generation set-aside    | 2016    | 600      |
      | allocate | MD reserve                    | MD voluntary renewable set-aside | 2016    | 30       |
    And every report agrees with the books

  @RGGI-032 @RGGI-047 @RGGI-049
  Scenario: Prices without parties, and averages of priced trades only
    When "Kim Day" applies for "Keys" to the clean generation set-aside of 2016 for 600 allowances, in service since 2015-06-01, with a permit finding
    And the Administrator approves the application
    And the Administrator carries out the application
    And "Kim Day" transfers 100 allowances of vintage 2016 from "Keys" to "Bay Brokers" at 5.00, traded on 2016-01-18
    And "Kim Day" transfers 200 allowances of vintage 2016 from "Keys" to "Bay Brokers" at 6.00, traded on 2016-01-19
    Then the report "prices" says no average price
    When "Kim Day" transfers 100 allowances of vintage 2016 from "Keys" to "Bay Brokers" at 6.00, traded on 2016-01-19
    And "Kim Day" transfers 50 allowances of vintage 2016 from "Keys" to "Bay Brokers"
    Then the report "prices" shows:
      | quantity | price |
      | 50       |       |
      | 100      | 6.0   |
      | 200      | 6.0   |
      | 100      | 5.0   |
    And the report "prices" says an average price of 5.75 over 3 trades

  @RGGI-018 @RGGI-048
  Scenario: Emissions and compliance, with the sources that are pending
    When the emissions of "Keys" are reported:
      | unit | year | co2_tons |
      | 1    | 2015 | 100.4    |
    And "Kim Day" applies for "Keys" to the clean generation set-aside of 2016 for 60 allowances, in service since 2015-06-01, with a permit finding
    And the Administrator approves the application
    And the Administrator carries out the application
    And the date becomes 2016-03-02
    And the Administrator runs the interim deductions for 2015
    Then the report "annual-emissions" shows:
      | source | year | tons |
      | Keys   | 2015 | 100  |
    And the report "compliance" shows:
      | source     | period | obligation | deducted | finding       |
      | Morgantown | 2015   |            |          | pending       |
      | Keys       | 2015   | 50         | 50       | in_compliance |
    And the report "period-emissions" shows:
      | source     | period    | tons | standing    |
      | Morgantown | 2015-2017 | 0    | provisional |
      | Keys       | 2015-2017 | 100  | provisional |
    And every report agrees with the books
