"""A reader of glb files by the letter of glTF 2.0, which checks what it reads, and plays animations."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

DTYPES = {5126: np.float32, 5125: np.uint32, 5123: np.uint16, 5121: np.uint8}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Glb:
    """The JSON `tree` of a file and its accessors."""

    def __init__(self, content: bytes | Path) -> None:
        content = content.read_bytes() if isinstance(content, Path) else content
        magic, version, length = struct.unpack("<4sII", content[:12])
        assert (magic, version, length) == (b"glTF", 2, len(content))
        size, kind = struct.unpack("<I4s", content[12:20])
        assert kind == b"JSON"
        assert size % 4 == 0
        self.tree: dict[str, Any] = json.loads(content[20 : 20 + size])
        binary, kind = struct.unpack("<I4s", content[20 + size : 28 + size])
        assert kind == b"BIN\0"
        assert self.tree["buffers"] == [{"byteLength": binary}]
        self.buffer = content[28 + size :]
        assert len(self.buffer) == binary

    def _values(self, view: int, dtype: np.dtype, count: int, width: int, offset: int = 0) -> np.ndarray:
        entry = self.tree["bufferViews"][view]
        start = entry["byteOffset"] + offset
        assert start % dtype.itemsize == 0
        assert count * width * dtype.itemsize <= entry["byteLength"]
        assert entry["byteOffset"] + entry["byteLength"] <= len(self.buffer)
        return np.frombuffer(self.buffer, dtype, count * width, start).reshape(-1, width)

    def read(self, index: int) -> np.ndarray:
        accessor = self.tree["accessors"][index]
        dtype, width, count = np.dtype(DTYPES[accessor["componentType"]]), WIDTHS[accessor["type"]], accessor["count"]
        assert count > 0
        if "bufferView" in accessor:
            values = self._values(accessor["bufferView"], dtype, count, width, accessor.get("byteOffset", 0))
        else:
            values = np.zeros((count, width), dtype)
        if "sparse" in accessor:
            sparse = accessor["sparse"]
            kind = np.dtype(DTYPES[sparse["indices"]["componentType"]])
            index_of = self._values(sparse["indices"]["bufferView"], kind, sparse["count"], 1)[:, 0].astype(int)
            assert (np.diff(index_of) > 0).all()
            assert index_of[-1] < count
            values[index_of] = self._values(sparse["values"]["bufferView"], dtype, sparse["count"], width)
        for name, found in (("min", values.min(axis=0)), ("max", values.max(axis=0))):
            if name in accessor:
                np.testing.assert_array_equal(np.array(accessor[name], dtype), found)
        return values

    def picture(self, name: str) -> bytes:
        (entry,) = [one for one in self.tree["images"] if one["name"] == name]
        view = self.tree["bufferViews"][entry["bufferView"]]
        return self.buffer[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]

    def primitives(self) -> dict[str, dict[str, Any]]:
        """Every primitive by the name of its material."""
        materials = self.tree["materials"]
        return {materials[p["material"]]["name"]: p for mesh in self.tree["meshes"] for p in mesh["primitives"]}

    def target_names(self) -> list[str]:
        (names,) = [mesh["extras"]["targetNames"] for mesh in self.tree["meshes"] if "extras" in mesh]
        return list(names)

    def attribute(self, part: str, name: str) -> np.ndarray:
        return self.read(self.primitives()[part]["attributes"][name])

    def target(self, part: str, name: str, attribute: str = "POSITION") -> np.ndarray:
        """The displacements (N, 3) of a part by a morph target, zeros where it has none."""
        primitive = self.primitives()[part]
        if "targets" not in primitive:
            return np.zeros_like(self.attribute(part, attribute))
        return self.read(primitive["targets"][self.target_names().index(name)][attribute])

    def track(self, path: str, node: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Times (T,) and values of the one animation of `path`, of a node where several have one."""
        (animation,) = self.tree["animations"]
        (channel,) = [
            c
            for c in animation["channels"]
            if c["target"]["path"] == path and node in (None, self.tree["nodes"][c["target"]["node"]]["name"])
        ]
        sampler = animation["samplers"][channel["sampler"]]
        assert sampler["interpolation"] == "LINEAR"
        return self.read(sampler["input"])[:, 0], self.read(sampler["output"])

    def joints(self, frame: int | None) -> np.ndarray:
        """Matrices (J, 4, 4) of the skin's joints at a key of the animation, None: at rest."""
        nodes, skin = self.tree["nodes"], self.tree["skins"][0]
        parents = {child: number for number, node in enumerate(nodes) for child in node.get("children", [])}

        def world(number: int) -> np.ndarray:
            node, local = nodes[number], np.eye(4)
            local[:3, 3] = node.get("translation", [0, 0, 0])
            for channel in self.tree["animations"][0]["channels"] if frame is not None else ():
                if channel["target"]["node"] == number:
                    values = self.track(channel["target"]["path"], node["name"])[1][frame]
                    if channel["target"]["path"] == "rotation":
                        local[:3, :3] = Rotation.from_quat(values).as_matrix()
                    else:
                        local[:3, 3] = values
            return world(parents[number]) @ local if number in parents else local

        inverse = self.read(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1)
        return np.stack([world(joint) @ back for joint, back in zip(skin["joints"], inverse, strict=True)])

    def pose(self, part: str, frame: int) -> np.ndarray:
        """Vertices (N, 3) at a key: morph targets first, then the skin, as the specification orders."""
        points = self.attribute(part, "POSITION").astype(float)
        if "targets" in self.primitives()[part]:
            times, values = self.track("weights")
            for weight, target in zip(
                values.reshape(len(times), -1)[frame], self.primitives()[part]["targets"], strict=True
            ):
                if weight:
                    points = points + weight * self.read(target["POSITION"])
        if "skins" not in self.tree:
            return points
        chosen, shares = self.attribute(part, "JOINTS_0"), self.attribute(part, "WEIGHTS_0")
        matrices = (self.joints(frame)[chosen] * shares[..., None, None]).sum(axis=1)
        return np.einsum("vij,vj->vi", matrices[:, :3], np.concatenate([points, np.ones((len(points), 1))], axis=1))
