"""The WSGI application that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from nib_tracker.bodies import bounded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nib_tracker.settings")
application = bounded(get_wsgi_application())
# what is loaded by now stays for good: no collection between requests needs to look through it again
gc.collect()
gc.freeze()
# a call that reads ten thousand rows makes so many objects: by default they would be looked through a thousand times
gc.set_threshold(50_000)
