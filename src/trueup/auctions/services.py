"""What is done in auctions; each function is one transaction.

Notice, qualification, sealed bids; then closed by two officials, settled, delivered.
"""

from __future__ import annotations

from trueup.auctions.bidding import own_bids, qualify_bidder, submit_bid, withdraw_bid
from trueup.auctions.closing import ask_to_close, close_auction
from trueup.auctions.delivery import deliver_auction, settle_auction
from trueup.auctions.noticing import cancel_auction, publish_notice

__all__ = [
    "ask_to_close",
    "cancel_auction",
    "close_auction",
    "deliver_auction",
    "own_bids",
    "publish_notice",
    "qualify_bidder",
    "settle_auction",
    "submit_bid",
    "withdraw_bid",
]
