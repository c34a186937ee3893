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
