"""Who the patients are: barcodes, gene names, expression matrices, clinical traits, one manifest."""
