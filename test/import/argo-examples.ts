/** Examples of Argo Rollouts' own documentation, shortened to what differs between them. */

const successRate = `sum(irate(
            istio_requests_total{reporter="source",destination_service=~"{{args.service-name}}",response_code!~"5.*"}[5m]
          )) /
          sum(irate(
            istio_requests_total{reporter="source",destination_service=~"{{args.service-name}}"}[5m]
          ))`;

/** docs/analysis/prometheus.md */
export const argoPrometheus = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: success-rate
spec:
  args:
  - name: service-name
  metrics:
  - name: success-rate
    interval: 5m
    successCondition: result[0] >= 0.95
    failureLimit: 3
    provider:
      prometheus:
        address: http://prometheus.example.com:9090
        timeout: 40
        headers:
        - key: X-Scope-OrgID
          value: tenant_a
        query: |
          ${successRate}
`;

/** docs/analysis/prometheus.md, range queries */
export const argoRange = `apiVersion: argoproj.io/v1alpha1
kind: ClusterAnalysisTemplate
metadata:
  name: range-query-example
spec:
  args:
  - name: service-name
  - name: lookback-duration
    value: 5m
  metrics:
  - name: success-rate
    successCondition: "all(result, # < 1000)"
    failureLimit: 3
    provider:
      prometheus:
        rangeQuery:
          start: 'now() - duration("{{args.lookback-duration}}")'
          end: 'now()'
          step: 1m
        address: http://prometheus.example.com:9090
        query: http_latency_ms{service="{{args.service-name}}"}
`;

/** docs/features/analysis.md: failure conditions, dry run, retention, inconclusive runs, delays, other providers. */
export const argoMany = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: many
spec:
  args:
  - name: service-name
    value: guestbook
  - name: api-token
    valueFrom:
      secretKeyRef:
        name: token-secret
        key: apiToken
  dryRun:
  - metricName: total-5xx.*
  measurementRetention:
  - metricName: .*
    limit: 20
  metrics:
  - name: total-5xx-errors
    interval: 5m
    count: 3
    failureCondition: result[0] >= 10
    failureLimit: 3
    inconclusiveLimit: 1
    consecutiveErrorLimit: 2
    provider:
      prometheus:
        address: http://prometheus.example.com:9090
        query: sum(irate(istio_requests_total{destination_service=~"{{args.service-name}}"}[5m]))
  - name: success-rate
    initialDelay: 5m
    successCondition: result[0] >= 0.90
    failureCondition: result[0] < 0.50
    provider:
      prometheus:
        address: http://prometheus.example.com:9090
        query: success_rate
  - name: webmetric
    successCondition: result == 'true'
    provider:
      web:
        url: "http://my-server.com/api/v1/measurement?service={{ args.service-name }}"
        timeoutSeconds: 20
        headers:
          - key: Authorization
            value: "Bearer {{ args.api-token }}"
        jsonPath: "{$.results.ok}"
  - name: test
    provider:
      job:
        spec:
          backoffLimit: 1
`;

/** docs/features/analysis.md, background analysis */
export const argoRollout = `${argoPrometheus}---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: guestbook
spec:
  replicas: 5
  strategy:
    canary:
      maxSurge: 1
      analysis:
        templates:
        - templateName: success-rate
        startingStep: 2
        args:
        - name: service-name
          value: guestbook-svc.default.svc.cluster.local
      steps:
      - setWeight: 20
      - pause: {duration: 10m}
      - setWeight: 40
      - pause: {}
      - setWeight: 60
      - pause: {duration: 600}
`;
