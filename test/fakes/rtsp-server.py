#!/usr/bin/python3
"""An RTSP camera for tests: plays a video file in a loop, in real time, each picture at the file's own time.

Prints one line of JSON, {"port": N}, when it listens. Lines on standard input change what it does:
  freeze        sends nothing more, but keeps the connections open
  skip MS       leaves out MS milliseconds of the file, as a camera that loses pictures would
  repeat        sends the last key frame over and over, as a camera whose sensor hangs would; `play` goes on
  other         goes on with the file of --other, as a camera that is set to another picture size would
"""
import argparse
import json
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PARSERS = {"h264": ("h264parse", "rtph264pay"), "h265": ("h265parse", "rtph265pay")}
MS = 1_000_000


def read_file(path, codec):
    """All access units of the file: (bytes, pts in ns from the first, whether it is a key frame); and their caps."""
    parser, _ = PARSERS[codec]
    pipeline = Gst.parse_launch(
        f"filesrc name=file ! qtdemux ! {parser} ! video/x-{codec},stream-format=byte-stream,alignment=au"
        " ! appsink name=sink sync=false"
    )
    pipeline.get_by_name("file").set_property("location", path)
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    units, caps = [], None
    while True:
        sample = sink.emit("pull-sample")
        if sample is None:
            break
        buffer = sample.get_buffer()
        caps = sample.get_caps()
        key = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
        units.append((buffer.extract_dup(0, buffer.get_size()), buffer.pts, buffer.duration, key))
    pipeline.set_state(Gst.State.NULL)
    if not units:
        sys.exit(f"{path}: no {codec} video in an MP4 file")
    first = min(pts for _, pts, _, _ in units)
    return [(data, pts - first, duration, key) for data, pts, duration, key in units], caps


def parameter_sets(unit, codec):
    """The parameter sets in front of the first picture of an access unit, in Annex B form."""
    kinds = {"h264": (lambda head: head & 0x1F, {7, 8}), "h265": (lambda head: (head >> 1) & 0x3F, {32, 33, 34})}
    kind_of, wanted = kinds[codec]
    nals = [nal.rstrip(b"\0") for nal in unit.split(b"\0\0\1")[1:]]
    return b"".join(b"\0\0\0\1" + nal for nal in nals if kind_of(nal[0]) in wanted)


class Camera(GstRtspServer.RTSPMediaFactory):
    def __init__(self, units, caps, codec, start):
        super().__init__()
        self.units, self.caps, self.codec, self.start = units, caps, codec, start
        self.other = None
        self.frozen = False
        self.repeats = False
        self.skip_ns = 0
        self.set_shared(True)

    def do_create_element(self, url):
        _, payloader = PARSERS[self.codec]
        parser, _ = PARSERS[self.codec]
        bin_ = Gst.parse_launch(
            f"( appsrc name=source is-live=true format=time block=true max-buffers=4 ! {parser}"
            f" ! {payloader} name=pay0 pt=96 config-interval=-1 )"
        )
        source = bin_.get_by_name("source")
        source.set_property("caps", self.caps)
        threading.Thread(target=self.feed, args=(source,), daemon=True).start()
        return bin_

    def feed(self, source):
        units, at, skipped, base = self.units, self.start, 0, 0
        begin = min(pts for _, pts, _, _ in units[self.start :])
        end, last_key, is_first = 0, None, True
        while True:
            if self.frozen:
                threading.Event().wait(0.05)
                continue
            if units is not self.units:
                units, at, base, begin = self.units, 0, end, 0
                source.set_property("caps", self.caps)
            if at >= len(units):
                at, base, begin = 0, end, 0
            data, pts, duration, key = units[at]
            if is_first and not key:
                # Joined between key frames: the parser needs to know the format before it lets anything through.
                data = parameter_sets(units[0][0], self.codec) + data
            is_first = False
            at += 1
            end = max(end, base + pts - begin + duration)
            if skipped < self.skip_ns:
                skipped += duration
                continue
            if key and (last_key is None or not self.repeats):
                last_key = data
            if self.repeats and last_key:
                data, key = last_key, True
            buffer = Gst.Buffer.new_wrapped(data)
            buffer.pts = base + pts - begin
            buffer.duration = duration
            if not key:
                buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
            if source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("file")
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--codec", choices=sorted(PARSERS), default="h264")
    arguments.add_argument("--other", help="another file of the same codec, see the command `other`")
    arguments.add_argument("--user")
    arguments.add_argument("--password")
    arguments.add_argument("--start", type=int, default=0, help="first access unit: a camera is joined between key frames")
    options = arguments.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options.port))
    units, caps = read_file(options.file, options.codec)
    camera = Camera(units, caps, options.codec, options.start)
    if options.other:
        camera.other = read_file(options.other, options.codec)
    if options.user:
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "user")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
        server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("user", GstRtspServer.RTSP_PERM_MEDIA_FACTORY_ACCESS, True)
        permissions.add_permission_for_role("user", GstRtspServer.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, True)
        camera.set_permissions(permissions)
    server.get_mount_points().add_factory("/live", camera)
    if server.attach(None) == 0:
        sys.exit("cannot listen")
    print(json.dumps({"port": server.get_bound_port()}), flush=True)

    def listen():
        for line in sys.stdin:
            words = line.split()
            if words[:1] == ["freeze"]:
                camera.frozen = True
            elif words[:1] == ["skip"]:
                camera.skip_ns += int(words[1]) * MS
            elif words[:1] == ["repeat"]:
                camera.repeats = True
            elif words[:1] == ["play"]:
                camera.repeats = False
            elif words[:1] == ["other"]:
                camera.units, camera.caps = camera.other

    threading.Thread(target=listen, daemon=True).start()
    GLib.MainLoop().run()


main()
