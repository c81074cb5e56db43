"""What the queue is asked, what comes next in it, and which action is put first."""
