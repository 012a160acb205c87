#!/usr/bin/env python3
"""A worker for one connection of Interlock, over raw NATS and plain HTTP, with the standard library and nothing else.

It holds the permissions of its connection alone, and no database. src/bus/README.md is the contract that it keeps;
worker_greenhouse.py beside it is all it knows of the vendor. Settings come from the environment:

  INTERLOCK_URL             where the API answers: http://127.0.0.1:8080
  INTERLOCK_CONNECTION      the connection it works for: greenhouse-eu
  INTERLOCK_CLIENT_ID       of a client made with: interlock client add … --scopes writebacks:work --connection …
  INTERLOCK_CLIENT_SECRET   its secret
  NATS_URL                  nats://user:password@host:4222, of a user from: interlock connection permissions …
  GREENHOUSE_CLIENT_ID      the vendor's credentials, which Interlock never gets to see
  GREENHOUSE_CLIENT_SECRET
  WORKER_THREADS            commands at once in this process; absent: as many as the connection may have
"""
import argparse, json, os, re, signal, sys, threading, time

from worker_greenhouse import Bearer, Failed, Greenhouse
from worker_nats import Nats, Refused

CONTRACT = '1'
KINDS = {'apply', 'confirm', 'probe'}
stopping = threading.Event()


class Worker:
    def __init__(self, env):
        self.name, url = env['INTERLOCK_CONNECTION'], env['INTERLOCK_URL'].rstrip('/')
        self.api = Bearer(url, f'{url}/oauth2/token', env['INTERLOCK_CLIENT_ID'], env['INTERLOCK_CLIENT_SECRET'])
        self.nats_url = env['NATS_URL']
        self.setup = self.wait_for(f'/v1/commands/{self.name}', time.monotonic() + 300)
        if self.setup is None:
            raise Refused('Interlock did not say what to do')
        self.vendor = Greenhouse(self.setup['settings'], env['GREENHOUSE_CLIENT_ID'], env['GREENHOUSE_CLIENT_SECRET'])
        self.threads = int(env.get('WORKER_THREADS') or self.setup['concurrency'])

    def wait_for(self, path, deadline):
        """What Interlock answers; asked again while it is away. None: there is no such work (any more), or no time."""
        pause = 0.1
        while time.monotonic() < deadline and not stopping.is_set():
            status, _, body, _ = self.api.call('GET', path, deadline, headers={'Interlock-Contract': CONTRACT})
            if status == 200 and body is not None:
                return body
            if status == 404:
                return None
            if 400 <= status < 500 and status not in (408, 429):
                raise Refused(f'Interlock answers {status}: {(body or {}).get("detail", "check the client and its secret")}')
            stopping.wait(min(pause, max(deadline - time.monotonic(), 0)))
            pause = min(pause * 2, 5)
        return None

    def run(self):
        """One thread's life: pull, work, again; connect anew whenever the connection breaks."""
        nats, queue = Nats(self.nats_url, self.setup['inboxPrefix'], stopping), f"{self.setup['stream']}.{self.setup['consumer']}"
        connected = False
        while not stopping.is_set():
            try:
                if not connected:
                    nats.connect()
                connected = True
                message = nats.ask(f'$JS.API.CONSUMER.MSG.NEXT.{queue}', {'batch': 1, 'expires': 5_000_000_000}, 8)
                if message is None:
                    raise EOFError('NATS is silent')
                if message[1].startswith('$JS.ACK.'):
                    self.handle(nats, message)
                elif message[2] != '408':  # Nothing came is 408; all else says that the queue is not there (yet).
                    stopping.wait(0.5)
            except (OSError, EOFError):
                connected = False

    def handle(self, nats, message):
        subject, reply, _, headers, body = message
        received, over = time.monotonic(), threading.Event()
        command = self.understand(subject, headers, body)
        if command is None:
            nats.publish(reply, b'+TERM')
            return
        threading.Thread(target=self.keep_alive, args=(nats, reply, over), daemon=True).start()
        try:
            outcome, reported = self.carry_out(command, received + command['ttlMs'] / 1000)
            if outcome is not None:
                reported['tookMs'] = round((time.monotonic() - received) * 1000, 3)
                self.report(nats, command, outcome, reported)
        finally:
            over.set()
        # Only now: a worker that dies before leaves the command to the next one.
        nats.publish(reply, b'+TERM' if command['mode'] not in KINDS else b'+ACK')

    def understand(self, subject, headers, body):
        """The command. What cannot be read is answered as refused, by the message id; None: not even that is known."""
        try:
            command = json.loads(body)
            numbers = all(type(command[key]) is int and command[key] > 0 for key in ('attempt', 'ttlMs'))
            addressed = command['connection'] == self.name and subject.startswith(f'il.cmd.{self.name}.')
            if numbers and addressed and command['mode'] in KINDS:
                return command
        except (ValueError, KeyError, TypeError):
            pass
        found = re.fullmatch(r'([a-z]{3}_[0-9a-z]{26})\.([1-9]\d{0,8})\.(apply|confirm|probe)', headers.get('Nats-Msg-Id', ''))
        if found is None:
            return None
        return {'id': found[1], 'attempt': int(found[2]), 'mode': 'malformed', 'was': found[3], 'ttlMs': 1}

    def keep_alive(self, nats, reply, over):
        while not over.wait(self.setup['ackWaitMs'] / 3000):
            try:
                nats.publish(reply, b'+WPI')
            except (OSError, EOFError):
                pass  # The thread that reads finds out and connects anew.

    def carry_out(self, command, deadline):
        """The outcome and what is reported beside it. No outcome: the attempt is over, and nothing was written."""
        if command['mode'] == 'malformed':
            return {'kind': 'refused', 'reason': 'command_not_understood'}, {}
        work = self.wait_for(f"/v1/commands/{self.name}/{command['id']}/{command['attempt']}", deadline)
        if work is None:
            return None, {}
        try:
            if command['mode'] == 'probe':
                shown = self.vendor.read(work['ref'], deadline)
                return {'kind': 'shows', 'seen': shown and shown['state']}, {}
            return self.vendor.apply(work, deadline) if command['mode'] == 'apply' else (self.vendor.confirm(work, deadline), {})
        except Failed as failed:
            return failed.outcome, {}
        except Exception as error:  # A bug of ours, and the write may have happened: it is read before it is tried again.
            print(json.dumps({'command': command['id'], 'bug': type(error).__name__}), file=sys.stderr, flush=True)
            return {'kind': 'ambiguous', 'reason': 'worker_failed'}, {}

    def report(self, nats, command, outcome, reported):
        """Until it is stored: the same id is stored once, so that saying it again is harmless."""
        result = {'id': command['id'], 'attempt': command['attempt'], 'connection': self.name}
        result.update(mode=command.get('was', command['mode']), outcome=outcome, reported=reported)
        headers = {'Nats-Msg-Id': f"{command['id']}.{command['attempt']}.{outcome['kind']}"}
        print(json.dumps(result), file=sys.stderr, flush=True)
        for _ in range(20):
            try:
                stored = nats.ask(f"{self.setup['resultSubject']}.{outcome['kind']}", result, 5, headers)
                if stored and not stored[2] and 'error' not in json.loads(stored[4]):
                    return
                stopping.wait(0.5)
            except (OSError, EOFError):
                nats.connect()
        raise EOFError('the result could not be stored; the command comes again')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--check', action='store_true', help='try the credentials, print what Interlock says, and end')
    options = parser.parse_args()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stopping.set())
    failures = []

    def guarded():
        try:
            worker.run()
        except Refused as error:
            failures.append(error)
            stopping.set()

    try:
        worker = Worker(os.environ)
        if options.check:
            Nats(worker.nats_url, worker.setup['inboxPrefix']).open()
            return print(json.dumps(worker.setup, indent=2))
        threads = [threading.Thread(target=guarded) for _ in range(worker.threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except KeyError as error:
        parser.error(f'{error.args[0]} is not set')
    except (Refused, OSError, EOFError) as error:
        failures.append(error)
    return sys.exit(f'worker: {failures[0]}' if failures else 0)


if __name__ == '__main__':
    main()
