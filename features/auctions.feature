Feature: Auctions of allowances
  One round of sealed bids, one price for all: that of the lowest bid that wins, and
  nothing is sold below the reserve price (RGGI-040 to RGGI-045, PLAT-067).

  Background:
    Given the program "rggi-md"
    And the date is 2016-03-09
    And the general account "Gulf Brokers" with authorized account representative "Cy Dunn"
    And the general account "Bay Brokers" with authorized account representative "Bea Ray"
    And the general account "Green Fund" with authorized account representative "Gil Fee"
    And an auction "47" of 1000 allowances of vintage 2015 from "MD consumer energy efficiency" with reserve price 2.05

  @RGGI-041 @RGGI-042 @RGGI-031 @RGGI-044 @PLAT-067
  Scenario: The highest bids win, all at the price of the lowest that wins
    When "Cy Dunn" bids 400 allowances at 5.10 in auction "47" for "Gulf Brokers"
    And "Bea Ray" bids 500 allowances at 4.80 in auction "47" for "Bay Brokers"
    And "Gil Fee" bids 300 allowances at 4.80 in auction "47" for "Green Fund"
    And auction "47" closes
    Then the clearing price of auction "47" is 4.80
    And auction "47" awards:
      | account      | quantity |
      | Gulf Brokers | 400      |
      | Bay Brokers  | 300      |
      | Green Fund   | 300      |
    And "Gulf Brokers" holds 400 allowances of vintage 2015
    And "MD consumer energy efficiency" holds 0 allowances

  @RGGI-041
  Scenario: What is not sold goes back to the State
    When "Cy Dunn" bids 400 allowances at 3.00 in auction "47" for "Gulf Brokers"
    And auction "47" closes
    Then the clearing price of auction "47" is 3.00
    And "MD consumer energy efficiency" holds 600 allowances

  @RGGI-041
  Scenario: A bid below the reserve price is refused
    When "Cy Dunn" bids 400 allowances at 2.04 in auction "47" for "Gulf Brokers"
    Then the bid is refused with "below_reserve"
    When auction "47" closes
    Then auction "47" sells nothing
    And "MD consumer energy efficiency" holds 1000 allowances

  @RGGI-042
  Scenario: Bids keep to the security that was given
    Given "Gulf Brokers" has security of 1000.00 in auction "47"
    When "Cy Dunn" bids 400 allowances at 5.10 in auction "47" for "Gulf Brokers"
    Then the bid is refused with "over_security"
    When "Cy Dunn" bids 400 allowances at 2.50 in auction "47" for "Gulf Brokers"
    And "Cy Dunn" bids 1 allowances at 2.05 in auction "47" for "Gulf Brokers"
    And auction "47" closes
    Then auction "47" awards:
      | account      | quantity |
      | Gulf Brokers | 401      |

  @RGGI-041
  Scenario: Nobody bids after the close, and nobody for an account of others
    When "Bea Ray" bids 10 allowances at 5.10 in auction "47" for "Gulf Brokers"
    Then the bid is refused with "not_representative"
    When auction "47" closes
    And "Cy Dunn" bids 400 allowances at 5.10 in auction "47" for "Gulf Brokers"
    Then the bid is refused with "bidding_closed"

  @RGGI-040
  Scenario: One auction a quarter; another one in a quarter asks for a reason
    When an auction "48" of 100 allowances of vintage 2015 from "MD consumer energy efficiency" with reserve price 2.05 is announced without a reason
    Then the notice is refused with "reason_missing"
    When the date becomes 2016-06-08
    And an auction "49" of 100 allowances of vintage 2015 from "MD consumer energy efficiency" with reserve price 2.05 is announced without a reason
    And the date becomes 2016-09-07
    And an auction "50" of 100 allowances of vintage 2015 from "MD consumer energy efficiency" with reserve price 2.05 is announced without a reason
    And the date becomes 2016-12-07
    And an auction "51" of 100 allowances of vintage 2015 from "MD consumer energy efficiency" with reserve price 2.05 is announced without a reason
    Then the quarters of 2016 have auctions:
      | quarter | auctions |
      | 1       | 47       |
      | 2       | 49       |
      | 3       | 50       |
      | 4       | 51       |

  @RGGI-041
  Scenario: The catalogue's example: all pay the price of the lowest bid that wins
    Given an auction "48" of 100 allowances of vintage 2015 from "MD consumer energy efficiency" with reserve price 2.05
    When "Cy Dunn" bids 60 allowances at 3.00 in auction "48" for "Gulf Brokers"
    And "Bea Ray" bids 50 allowances at 2.50 in auction "48" for "Bay Brokers"
    And "Gil Fee" bids 40 allowances at 2.00 in auction "48" for "Green Fund"
    Then the bid is refused with "below_reserve"
    When auction "48" closes
    Then the clearing price of auction "48" is 2.50
    And auction "48" awards:
      | account      | quantity |
      | Gulf Brokers | 60       |
      | Bay Brokers  | 40       |

  @RGGI-041
  Scenario: Equal bids at the margin share equally, and the rest is drawn by a published seed
    Given an auction "48" of 101 allowances of vintage 2015 from "MD consumer energy efficiency" with reserve price 2.05
    When "Cy Dunn" bids 90 allowances at 3.00 in auction "48" for "Gulf Brokers"
    And "Bea Ray" bids 90 allowances at 3.00 in auction "48" for "Bay Brokers"
    And "Gil Fee" bids 11 allowances at 3.00 in auction "48" for "Green Fund"
    And auction "48" closes
    Then auction "48" awards:
      | account      | quantity |
      | Gulf Brokers | 45       |
      | Bay Brokers  | 45       |
      | Green Fund   | 11       |
    And the draw of auction "48" can be repeated from its published seed

  @RGGI-041
  Scenario: What cannot be shared equally is drawn, and anybody can repeat the draw
    Given an auction "48" of 100 allowances of vintage 2015 from "MD consumer energy efficiency" with reserve price 2.05
    When "Cy Dunn" bids 90 allowances at 3.00 in auction "48" for "Gulf Brokers"
    And "Bea Ray" bids 90 allowances at 3.00 in auction "48" for "Bay Brokers"
    And "Gil Fee" bids 90 allowances at 3.00 in auction "48" for "Green Fund"
    And auction "48" closes
    Then the clearing price of auction "48" is 3.00
    And the draw of auction "48" can be repeated from its published seed

  @RGGI-041
  Scenario: Bids are sealed until the close, and can be changed and withdrawn until then
    When "Cy Dunn" makes 3 bids of 100 allowances at 3.00 in auction "47" for "Gulf Brokers"
    Then the bid is refused with "not_qualified"
    Given "Gulf Brokers" has security of 5000.00 in auction "47"
    When "Cy Dunn" makes 3 bids of 100 allowances at 3.00 in auction "47" for "Gulf Brokers"
    Then nobody can read the bids of auction "47" yet
    When "Cy Dunn" makes 1 bids of 50 allowances at 4.00 in auction "47" for "Gulf Brokers"
    And auction "47" closes
    Then auction "47" awards:
      | account      | quantity |
      | Gulf Brokers | 50       |

  @RGGI-041
  Scenario: Bids that were withdrawn win nothing
    Given "Gulf Brokers" has security of 5000.00 in auction "47"
    When "Cy Dunn" makes 3 bids of 100 allowances at 3.00 in auction "47" for "Gulf Brokers"
    And "Cy Dunn" withdraws all bids in auction "47" for "Gulf Brokers"
    And auction "47" closes
    Then auction "47" sells nothing

  @RGGI-042
  Scenario: A thousand bids of one party are refused, all of them
    Given "Gulf Brokers" has security of 5000.00 in auction "47"
    When "Cy Dunn" makes 1000 bids of 1 allowances at 3.00 in auction "47" for "Gulf Brokers"
    Then the bid is refused with "too_many_bids"
    When auction "47" closes
    Then auction "47" sells nothing

  @RGGI-042
  Scenario: An organization without a plant bids, once an official has accepted its security
    When "Gil Fee" applies to bid in auction "47" for "Green Fund" with security 1000.00
    And "Gil Fee" bids 100 allowances at 3.00 in auction "47" for "Green Fund"
    Then the bid is refused with "not_qualified"
    When the application of "Green Fund" to bid in auction "47" is accepted
    And "Gil Fee" bids 400 allowances at 3.00 in auction "47" for "Green Fund"
    Then the bid is refused with "over_security"
    When "Gil Fee" bids 300 allowances at 3.00 in auction "47" for "Green Fund"
    And auction "47" closes
    Then "Green Fund" holds 300 allowances of vintage 2015

  @RGGI-043
  Scenario: Each State sells in proportion to what it offers
    Given an auction "48" of vintage 2015 with reserve price 2.05 offers:
      | account                       | quantity |
      | MD consumer energy efficiency | 600      |
      | NY consumer energy efficiency | 400      |
    When "Cy Dunn" bids 500 allowances at 3.00 in auction "48" for "Gulf Brokers"
    And auction "48" closes
    Then auction "48" sells:
      | jurisdiction | sold |
      | MD           | 300  |
      | NY           | 200  |
    And "NY consumer energy efficiency" holds 200 allowances

  @RGGI-043
  Scenario: Fractions go by the largest remainder, and the sum stays
    Given an auction "48" of vintage 2015 with reserve price 2.05 offers:
      | account                       | quantity |
      | MD consumer energy efficiency | 100      |
      | NY consumer energy efficiency | 200      |
    When "Cy Dunn" bids 100 allowances at 3.00 in auction "48" for "Gulf Brokers"
    And auction "48" closes
    Then auction "48" sells:
      | jurisdiction | sold |
      | MD           | 33   |
      | NY           | 67   |

  @PLAT-066
  Scenario: A cost containment reserve is released above its trigger, as far as it is asked for
    Given an auction "48" of vintage 2015 with reserve price 2.05 offers:
      | account                       | quantity | trigger |
      | MD consumer energy efficiency | 100      |         |
      | MD consumer energy efficiency | 50       | 4.00    |
    When "Cy Dunn" bids 100 allowances at 9.00 in auction "48" for "Gulf Brokers"
    And "Bea Ray" bids 30 allowances at 5.00 in auction "48" for "Bay Brokers"
    And auction "48" closes
    Then the clearing price of auction "48" is 5.00
    And auction "48" sells:
      | jurisdiction | sold | trigger |
      | MD           | 100  |         |
      | MD           | 30   | 4.00    |

  @RGGI-041 @PLAT-018
  Scenario: Of two officials who close an auction at once one does it
    Given "Gulf Brokers" has security of 5000.00 in auction "47"
    When "Cy Dunn" makes 1 bids of 100 allowances at 3.00 in auction "47" for "Gulf Brokers"
    And two officials close auction "47" at once
    Then the second of them is refused with "not_in_state"
    And auction "47" awards:
      | account      | quantity |
      | Gulf Brokers | 100      |

  @RGGI-044 @PLAT-068
  Scenario: Nothing is delivered before the auction is settled, and nothing to who did not pay
    When "Cy Dunn" bids 400 allowances at 5.10 in auction "47" for "Gulf Brokers"
    And "Bea Ray" bids 500 allowances at 4.80 in auction "47" for "Bay Brokers"
    And auction "47" is delivered before it is settled
    Then the delivery is refused with "not_in_state"
    And "Gulf Brokers" holds 0 allowances

  @RGGI-044
  Scenario: What is not paid for goes back, and the price of the others stays
    When "Cy Dunn" bids 400 allowances at 5.10 in auction "47" for "Gulf Brokers"
    And "Bea Ray" bids 500 allowances at 4.80 in auction "47" for "Bay Brokers"
    And auction "47" closes, and "Bay Brokers" does not pay
    Then the clearing price of auction "47" is 4.80
    And "Gulf Brokers" holds 400 allowances
    And "Bay Brokers" holds 0 allowances
    And "MD consumer energy efficiency" holds 600 allowances

  @RGGI-045
  Scenario: The public is told what was offered, sold and paid, and no losing bid
    When "Cy Dunn" bids 900 allowances at 5.10 in auction "47" for "Gulf Brokers"
    And "Bea Ray" bids 200 allowances at 4.80 in auction "47" for "Bay Brokers"
    And "Gil Fee" bids 300 allowances at 4.70 in auction "47" for "Green Fund"
    And auction "47" closes
    Then the public is told of auction "47":
      | what    | figure |
      | offered | 1000   |
      | sold    | 1000   |
      | price   | 4.80   |
      | bidders | 3      |
      | winners | 2      |
