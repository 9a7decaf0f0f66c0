"""The exchange: transfers of land operation, listed by households and collectives, found, offered for, agreed and kept."""
