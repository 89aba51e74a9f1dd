"""The command line: `mien talk`, `move`, `shapes`, `batch`, `doctor`, …"""
