"""How the product starts on one machine: `python -m nib_tracker.launch run | test | exec | env | messages`.

| file | noun |
|---|---|
| setup.py | the virtual environment, made from the lock (standard library only: it runs before anything is installed) |
| places.py | the folders of one start: data, secrets, logs |
| processes.py | child processes: start, watch, stop, show the end of their log |
| postgres.py, valkey.py | the two embedded servers |
| system_user.py | who runs PostgreSQL when the launcher is root |
| servers.py | both servers for the length of a block, shared by every command of this clone |
| first_load.py | migrations, messages, static files, and the first data of an empty database |
| environment.py, signals.py | what children get in their environment; Ctrl-C and SIGTERM |
| probe.py | whether the web answers |
| application.py | web, worker and beat: what `run` starts and watches |
| testing.py, browser.py | what `test` sets up |
| messages.py, msgids.py | message files: compile, collect, check |
"""
