import sys

from restated_book.cli import main

sys.exit(main())
