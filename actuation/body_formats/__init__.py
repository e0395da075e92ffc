"""Motion of bodies in the formats that others use: BVH, SMPL-X arrays, VRM animations, corpora."""
