"""An SMTP server on the loopback whose answers follow from the recipient's address; needs aiosmtpd.

    server.py [--tls CERTIFICATE KEY] [--user NAME PASSWORD] [--wrapped]

It prints one JSON object a line: {"port": …} first, then what happens:

    {"event": "taken", "to": …, "id": …}   the mail was taken and answered with 250
    {"event": "kept", "to": …, "id": …}    the mail was taken, but the answer never came
    {"event": "connected"} {"event": "rcpt", "to": …} {"event": "waiting", "to": …}

What stands before the @, up to the first full stop, decides; `-once` after it makes the second try go well:

    refuse 550 to RCPT          later 451 to RCPT           leave 421 to RCPT, and hangs up
    hang no answer to RCPT      drop hangs up at RCPT       nosender 553 to MAIL (in the sender's address)
    middle hangs up in DATA     bad 554 to the text         busy 451 to the text
    after hangs up when it has taken the text               wait takes the text and never answers
    echo 550 with the password's letters, as a server that tells too much

A line on its standard input is answered with {"event": "asked"}, after everything that happened before it.
It ends when its standard input ends, and after two minutes in any case.
"""

import argparse
import asyncio
import email
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, syntax

PATIENCE = 120
seen = {}


def tell(**what):
    print(json.dumps(what), flush=True)


def rule(address):
    """What to do with this address; None for nothing special."""
    word = address.split("@")[0].split(".")[0]
    if word.endswith("-once"):
        seen[address] = seen.get(address, 0) + 1
        return word[:-5] if seen[address] == 1 else None
    return word


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if rule(address) == "nosender":
            return "553 5.1.8 sender not allowed"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        tell(event="rcpt", to=address)
        envelope.rule = rule(address)
        if envelope.rule == "refuse":
            return f"550 5.1.1 <{address}> no such mailbox"
        if envelope.rule == "echo":
            return "550 tok-4711-secret dG9rLTQ3MTEtc2VjcmV0 no"
        if envelope.rule == "later":
            return "451 4.7.1 come back later"
        if envelope.rule == "leave":
            await server.push("421 4.3.2 closing down")
            server.transport.abort()
            return "250 OK"
        if envelope.rule == "drop":
            server.transport.abort()
            return "250 OK"
        if envelope.rule == "hang":
            tell(event="waiting", to=address)
            await asyncio.sleep(PATIENCE)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        about = {"to": to, "id": email.message_from_bytes(envelope.content)["Message-ID"]}
        if envelope.rule == "bad":
            return "554 5.6.0 not wanted here"
        if envelope.rule == "busy":
            return "451 4.3.0 no room"
        if envelope.rule == "after":
            tell(event="kept", **about)
            server.transport.abort()
            return "250 OK"
        if envelope.rule == "wait":
            tell(event="kept", **about)
            await asyncio.sleep(PATIENCE)
        tell(event="taken", text=envelope.content.decode(), **about)
        return "250 2.0.0 taken"


class Server(SMTP):
    def connection_made(self, transport):
        tell(event="connected")
        super().connection_made(transport)

    @syntax("DATA")
    async def smtp_DATA(self, arg):
        if getattr(self.envelope, "rule", None) == "middle":
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--wrapped", action="store_true")
    parser.add_argument("--user", nargs=2)
    return parser.parse_args()


async def serve(wanted):
    context = None
    if wanted.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*wanted.tls)
    starttls = context if not wanted.wrapped else None

    def authenticate(server, session, envelope, mechanism, data):
        name, password = (text.encode() for text in wanted.user)
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (name, password)
        return AuthResult(success=good, handled=False)

    def make():
        more = {}
        if wanted.user:
            more = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": context is not None}
        if wanted.wrapped:
            more["auth_require_tls"] = False
        return Server(
            Handler(), hostname="test.invalid", tls_context=starttls, require_starttls=starttls is not None, **more
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(make, "127.0.0.1", 0, ssl=context if wanted.wrapped else None)
    tell(port=server.sockets[0].getsockname()[1])
    over = loop.create_future()

    def hear():
        if sys.stdin.buffer.read1():
            tell(event="asked")
        elif not over.done():
            over.set_result(None)

    loop.add_reader(sys.stdin, hear)
    try:
        await asyncio.wait_for(over, PATIENCE)
    except asyncio.TimeoutError:
        pass


if __name__ == "__main__":
    asyncio.run(serve(options()))
