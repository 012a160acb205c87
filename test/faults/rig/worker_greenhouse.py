"""What the worker knows of its vendor: one Greenhouse account, read, compared, written with its own precondition, read back.

To make a worker for another system, write another file like this one: a class with `apply`, `confirm` and `read`.
"""
import base64, json, os.path, random, re, socket, threading, time
import urllib.error, urllib.parse, urllib.request

HTTP_SECONDS = 10
ENDED = ('hired', 'rejected', 'withdrawn')


class Failed(Exception):
    """A call that ended the attempt; `outcome` says in which way."""

    def __init__(self, kind, **fields):
        super().__init__(kind)
        self.outcome = {'kind': kind, **fields}


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(NoRedirects, urllib.request.ProxyHandler({}))


def parsed(data):
    try:
        return json.loads(data) if data else {}
    except ValueError:
        return None


def http(method, url, seconds, headers=None, body=None, form=None):
    """(status, headers, JSON or None, sent). Status 0: no answer. `sent` is False only when certainly nothing arrived."""
    data = urllib.parse.urlencode(form).encode() if form else None if body is None else json.dumps(body).encode()
    kind = {'Content-Type': 'application/x-www-form-urlencoded' if form else 'application/json'} if data else {}
    request = urllib.request.Request(url, data, {**kind, **(headers or {})}, method=method)
    try:
        with opener.open(request, timeout=max(seconds, 0.1)) as answer:
            return answer.status, answer.headers, parsed(answer.read(1 << 20)), True
    except urllib.error.HTTPError as error:
        return error.code, error.headers, parsed(error.read(1 << 20)), True
    except Exception as error:  # refused, reset, timed out, cut off, or no HTTP at all
        return 0, {}, None, not isinstance(getattr(error, 'reason', None), (ConnectionRefusedError, socket.gaierror))


class Bearer:
    """Calls one API with an OAuth token of its own, shared by all threads; a 401 fetches a new one."""

    def __init__(self, url, token_url, client, secret):
        self.url, self.token_url = url.rstrip('/'), token_url
        self.basic = 'Basic ' + base64.b64encode(f'{client}:{secret}'.encode()).decode()
        self.lock, self.token, self.until = threading.Lock(), None, 0

    def fetch(self, seconds):
        """Null when there is a token, else the answer that stood in the way."""
        if self.token is not None and time.monotonic() < self.until:
            return None
        form = {'grant_type': 'client_credentials'}
        status, headers, body, _ = http('POST', self.token_url, seconds, {'Authorization': self.basic}, form=form)
        if status != 200 or not body or 'access_token' not in body:
            # The call itself was never made, and a plain no to the credentials is a 401 to it.
            return (429 if status == 429 else 401 if 400 <= status < 500 else 0), headers, None, False
        self.token, self.until = body['access_token'], time.monotonic() + float(body.get('expires_in', 600)) * 0.8
        return None

    def call(self, method, path, deadline, body=None, headers=None):
        left = lambda: min(deadline - time.monotonic(), HTTP_SECONDS)
        for turn in range(6):
            with self.lock:
                if (none := self.fetch(left())) is not None:
                    return none
                token = self.token
            answer = http(method, self.url + path, left(), {'Authorization': f'Bearer {token}', **(headers or {})}, body)
            if answer[0] != 401:
                break
            # Another process with the same credential may have fetched one since, which ended ours.
            with self.lock:
                self.token = None if self.token == token else self.token
            time.sleep(random.random() * 0.1 * (turn + 1))
        return answer


def wait_asked(headers):
    """Retry-After in ms; ten seconds where there is none."""
    seconds = (headers.get('Retry-After') or '') if headers else ''
    return min(max(int(seconds), 1), 21_600) * 1000 if seconds.isdigit() else 10_000


def within(state, region):
    return state == region or state.startswith(region + '.')


def near(state, other):
    return within(state, other) or within(other, state)


def clear_no(status):
    return 400 <= status < 500 and status not in (408, 425)


class Greenhouse:
    def __init__(self, settings, client, secret):
        self.settings, self.stages, self.fields = settings, settings['stages'], settings.get('fields', {})
        self.api = Bearer(settings['baseUrl'], settings['authUrl'].rstrip('/') + '/token', client, secret)

    def apply(self, work, deadline):
        """The outcome, and what is reported beside it."""
        target, ref = work['targetState'], work['ref']
        if ref is None or target not in ENDED and self.stage_of(target) is None:
            return {'kind': 'refused', 'reason': 'ref_unknown' if ref is None else 'state_not_mapped'}, {}
        shown = self.read(ref, deadline)
        if shown is None:
            return {'kind': 'refused', 'reason': 'target_missing'}, {}
        if self.shows(shown, work):
            return {'kind': 'confirmed_already'}, {}
        if not self.may_write(shown, work):
            return {'kind': 'conflict', 'seen': shown['state']}, {}
        if shown['status'] != 'in_process':
            return {'kind': 'refused', 'reason': f"{shown['status']}_in_target"}, {}
        if time.monotonic() > deadline:
            return {'kind': 'retryable', 'reason': 'too_late_to_write'}, {}
        answer, precondition = self.write(ref, shown, work, deadline)
        reported = {'precondition': precondition, **({'httpStatus': answer[0]} if answer[0] else {})}
        return self.after_write(answer, ref, work, deadline), reported

    def after_write(self, answer, ref, work, deadline):
        status, headers, body, sent = answer
        if status in (401, 403):
            return {'kind': 'unauthorised'}
        if status == 429:
            return {'kind': 'rate_limited', 'afterMs': wait_asked(headers)}
        if not sent:
            return {'kind': 'retryable', 'reason': 'write_not_sent'}
        moved = status == 409 or status == 422 and re.search('from_stage_id|is currently', json.dumps(body))
        if clear_no(status) and not moved:
            return {'kind': 'refused', 'reason': f'http_{status}'}
        try:  # A yes may have saved nothing, and a silence everything: only what the target shows counts.
            now = self.read(ref, deadline)
        except Failed:
            now = None
        if now and self.shows(now, work):
            return {'kind': 'confirmed_already' if moved else 'confirmed'}
        if moved:
            return {'kind': 'conflict', 'seen': now and now['state']}
        if 200 <= status < 300 and body is not None:
            return {'kind': 'accepted', 'afterMs': 1000}
        return {'kind': 'ambiguous', 'reason': f'http_{status}' if status else 'write_unanswered'}

    def confirm(self, work, deadline):
        shown = self.read(work['ref'], deadline) if work['ref'] else None
        if shown and self.shows(shown, work):
            return {'kind': 'confirmed'}
        return {'kind': 'contradicted', 'seen': shown and shown['state']}

    def read(self, ref, deadline):
        rows = self.get(f'/v3/applications?ids={ref}', deadline) if ref.isdigit() else []
        row = next((one for one in rows if str(one['id']) == ref), None)
        if row is None:
            return None
        status, stage = row['status'].replace('active', 'in_process'), (row.get('stage_name') or '').strip()
        fields = {name: (field or {}).get('value') for name, field in (row.get('custom_fields') or {}).items()}
        state = self.state_of(stage) if status == 'in_process' else status if status in ENDED else None
        if status == 'rejected' and 'withdrawnReasonId' in self.settings:
            reasons = self.get(f'/v3/rejection_details?application_ids={ref}', deadline)
            if reasons and reasons[-1].get('rejection_reason_id') == self.settings['withdrawnReasonId']:
                state = 'withdrawn'
        place = {'stage': stage, 'stage_id': row.get('job_interview_stage_id'), 'job': row['job_id']}
        return {'status': status, 'state': state, 'fields': fields, **place}

    def write(self, ref, shown, work, deadline):
        path, target = f'/v3/applications/{ref}', work['targetState']
        if target == 'hired':
            start = work['elements'].get('offer.startDate')
            return self.api.call('POST', f'{path}/hire', deadline, {'start_date': start} if start else {}), 'read_before_write'
        if target in ENDED:
            reason = self.settings['rejectionReasonId' if target == 'rejected' else 'withdrawnReasonId']
            return self.api.call('POST', f'{path}/reject', deadline, {'rejection_reason_id': reason}), 'read_before_write'
        stages = self.get(f"/v3/job_interview_stages?job_ids={shown['job']}&per_page=500", deadline)
        to = next((stage['id'] for stage in stages if stage['name'].strip() == self.stage_of(target)), None)
        if to is None:
            raise Failed('refused', reason='stage_unknown')
        if fields := self.differing(shown, work):
            answer = self.api.call('PATCH', path, deadline, {'custom_fields': fields})
            if not 200 <= answer[0] < 300 or shown['stage_id'] == to:
                return answer, 'read_before_write'
        moving = {'from_stage_id': shown['stage_id'], 'to_stage_id': to}
        return self.api.call('POST', f'{path}/move', deadline, moving), 'compare_and_set'

    def get(self, path, deadline):
        status, headers, body, _ = self.api.call('GET', path, deadline)
        if status in (401, 403):
            raise Failed('unauthorised')
        if status == 429:
            raise Failed('rate_limited', afterMs=wait_asked(headers))
        if status != 200 or not isinstance(body, list):
            reason = f'read_http_{status}' if status else 'read_unanswered'
            raise Failed('refused' if clear_no(status) else 'retryable', reason=reason)
        return body

    def shows(self, shown, work):
        if work['targetState'] in ENDED:
            return shown['state'] == work['targetState']
        in_stage = shown['status'] == 'in_process' and shown['stage'] == self.stage_of(work['targetState'])
        return in_stage and not self.differing(shown, work)

    def may_write(self, shown, work):
        """Over what is expected there, what a half-done write left, and what the work names; over nothing else."""
        state, stage = shown['state'], shown['stage']
        there = lambda known: bool(stage) and stage == self.stage_of(known) or state is not None and near(state, known)
        ours = any(there(known) for known in work['expectedStates']) or bool(stage) and stage == self.stage_of(work['targetState'])
        return ours or any(other == '*' or near(state or 'unmapped', other) for other in work['overwrites'])

    def differing(self, shown, work):
        wanted = {name: work['elements'].get(element) for element, name in self.fields.items()}
        same = lambda name, value: str(shown['fields'].get(name)) in (str(value), f'{value}.0')
        return [{'name_key': n, 'value': v} for n, v in wanted.items() if v is not None and not same(n, v)]

    def stage_of(self, state):
        around = [path for path in self.stages if within(state, path)]
        return self.stages[max(around, key=len)] if around else None

    def state_of(self, stage):
        """The region that the states of a stage have in common, or the first of them where that would be nearly all."""
        paths = sorted(path for path, name in self.stages.items() if name == stage)
        common = os.path.commonprefix([path.split('.') for path in paths])
        return '.'.join(common) if len(common) > 1 else paths[0] if paths else None
