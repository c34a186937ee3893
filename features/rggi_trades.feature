Feature: Trades as Maryland runs RGGI: their terms, their two sides, and what is published
  A transfer says what was agreed, at what price or why without one; the seller proposes
  and the buyer confirms the same terms; averages are of priced trades of one kind at
  arm's length, and none is published of fewer than three (RGGI-032, RGGI-035, RGGI-049).

  Background:
    Given the program "rggi-md"
    And the date is 2016-01-05
    And the facility "Chalk Point" with ORIS code 1571 in "MD" with the affected units "1"
    And "Ana Ruiz" is the designated representative of "Chalk Point"
    And the general account "Bay Brokers" with authorized account representative "Cy Dunn"
    And the Administrator records 1000 allowances of vintage 2015 from "MD reserve" in "Bay Brokers"
    And the date becomes 2016-02-11

  @RGGI-032
  Scenario: A price and the day of the trade are stated
    When "Cy Dunn" transfers 100 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point" at 5.00, traded on 2016-02-10
    Then the transfer is recorded
    When "Cy Dunn" transfers 100 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point" at 5.00, traded on 2016-02-12
    Then the transfer is refused with "agreed_later"
    When "Cy Dunn" transfers 100 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point" at 0.00, traded on 2016-02-10
    Then the transfer is refused with "price_missing"
    And "Chalk Point" holds 100 allowances

  @RGGI-035
  Scenario: The seller proposes, the buyer confirms, and the units move
    When "Cy Dunn" offers 100 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point" at 5.00, traded on 2016-02-10
    Then the transfer is awaiting acceptance
    And "Chalk Point" holds 0 allowances
    When "Cy Dunn" accepts the transfer
    Then the request is refused with "not_authorized"
    When "Ana Ruiz" accepts the transfer
    Then the transfer is recorded
    And "Chalk Point" holds 100 allowances

  @RGGI-035
  Scenario: A buyer who declines, or does not answer in time, releases the units
    When "Cy Dunn" offers 1000 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point" at 5.00, traded on 2016-02-10
    And "Ana Ruiz" declines the transfer because "not what we agreed"
    Then the transfer is rejected
    When "Cy Dunn" offers 1000 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point" at 4.50, traded on 2016-02-10
    And the date becomes 2016-02-18
    Then the transfer is rejected
    When "Cy Dunn" transfers 1000 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point"
    Then the transfer is recorded

  @RGGI-049
  Scenario: An average is published from three trades on, of one kind
    When "Cy Dunn" transfers 100 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point" at 5.00, traded on 2016-02-10
    And "Cy Dunn" transfers 300 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point" at 6.00, traded on 2016-02-10
    And "Cy Dunn" transfers 100 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point"
    Then no average price of spot trades is published
    When "Cy Dunn" transfers 100 allowances of vintage 2015 from "Bay Brokers" to "Chalk Point" at 5.75, traded on 2016-02-11
    Then the average price of spot trades is 5.75, of 3 trades of 500 allowances
    And no average price of forward trades is published
