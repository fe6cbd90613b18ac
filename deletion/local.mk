# deletion
