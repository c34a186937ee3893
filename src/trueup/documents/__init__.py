"""Statements and receipts as signed documents that anybody can check."""
