# What the image holds is listed below, and checked by scripts/image-content.ts, which reads it from here.
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production APP_MODE=live SANDBOX=off PORT=3000 DATABASE_PATH=/data/operator.sqlite
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/db/migrations ./db/migrations
COPY --from=build /app/build/client ./build/client
COPY --from=build /app/build/server ./build/server
COPY --from=build /app/build/chunks ./build/chunks
COPY --from=build /app/build/server.js /app/build/server.js.map ./build/
COPY --from=build /app/build/operator.js /app/build/operator.js.map ./build/
COPY --from=build /app/build/migrate.js /app/build/migrate.js.map ./build/
RUN install -d -m 0700 -o node -g node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "-e", "fetch('http://' + (process.env.HOST || '127.0.0.1') + ':' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "build/server.js"]
