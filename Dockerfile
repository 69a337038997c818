# One image for all four processes; the compose files say which one runs.
#   docker build -t watchpost .
#   docker build -t watchpost:gpu --build-arg CUDA=1 --build-arg BASE=nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04 .
ARG BASE=debian:bookworm-slim
ARG NODE=node:20-bookworm-slim

FROM ${NODE} AS build
ARG CUDA=
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
# The CUDA libraries of ONNX Runtime do not come inside its npm package; its own script fetches them.
RUN if [ -n "$CUDA" ]; then npm rebuild onnxruntime-node --ignore-scripts=false --onnxruntime-node-install=cuda12; fi
COPY . .
RUN npm run build && npm prune --omit=dev

FROM ${NODE} AS node
FROM ${BASE}
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates ffmpeg tini \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --create-home watchpost \
  && mkdir /data && chown watchpost /data
COPY --from=node /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=build --chown=root:root /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/bin ./bin
COPY --from=build /app/models/weights ./models/weights
USER watchpost
VOLUME /data
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=262144 MALLOC_TRIM_THRESHOLD_=262144 NODE_OPTIONS=--max-old-space-size=512
ENTRYPOINT ["tini", "--", "node", "bin/watchpost", "process"]
