# A slim image of the command with its own Java:
#   docker build -t spanmatch .
#   docker run --rm -u "$(id -u)" -v "$PWD:/data" spanmatch match x.npz y.npz --out result
FROM maven:3.9-eclipse-temurin-25 AS build
RUN apt-get update -q && apt-get install -y -q --no-install-recommends binutils
WORKDIR /source
COPY . .
RUN ./spanmatch bundle --out /opt/spanmatch

FROM debian:12-slim
COPY --from=build /opt/spanmatch /opt/spanmatch
RUN ln -s /opt/spanmatch/spanmatch /usr/local/bin/spanmatch && spanmatch --version
WORKDIR /data
ENTRYPOINT ["spanmatch"]
CMD ["help"]
