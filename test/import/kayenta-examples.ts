/** Examples of Kayenta's own documentation, shortened to what differs between them. */

/** kayenta-integration-tests/src/test/resources/preview/canary-config-prometheus-cpu-only.json */
export const kayentaPrometheus = `{
  "name": "integration-test-canary-config",
  "description": "A very simple config for integration testing",
  "judge": { "judgeConfigurations": {}, "name": "NetflixACAJudge-v1.0" },
  "metrics": [
    {
      "name": "CPU usage for service",
      "query": { "type": "prometheus", "metricName": "integration_test_cpu", "customFilterTemplate": "standard-template" },
      "analysisConfigurations": { "canary": { "critical": true, "direction": "increase" } },
      "groups": ["pod-group"],
      "scopeName": "default"
    }
  ],
  "templates": { "standard-template": "namespace='\${namespace}', pod_name='\${scope}'" },
  "classifier": { "groupWeights": { "pod-group": 100 }, "scoreThresholds": { "marginal": 50, "pass": 75 } }
}`;

/** Fields of docs/canary-config.md with the values that stand there. */
export const kayentaFields = `{
  "id": "some-custom-id",
  "name": "my-app golden signals canary config",
  "description": "Canary config for my-app",
  "applications": ["ad-hoc"],
  "judge": { "name": "NetflixACAJudge-v1.0", "judgeConfigurations": {} },
  "metrics": [
    {
      "name": "http errors",
      "query": { "type": "prometheus", "customInlineTemplate": "PromQL:sum(rate(errors{version=\\"\${scope}\\"}[1m]))" },
      "groups": ["Errors"],
      "analysisConfigurations": {
        "canary": {
          "direction": "increase",
          "nanStrategy": "replace",
          "critical": true,
          "mustHaveData": true,
          "effectSize": {
            "allowedIncrease": 1.1, "allowedDecrease": 0.90, "criticalIncrease": 5.0, "criticalDecrease": 0.5
          },
          "outliers": { "strategy": "remove" }
        }
      },
      "scopeName": "default"
    },
    {
      "name": "latency",
      "query": { "type": "signalfx", "metricName": "requests.duration" },
      "groups": ["Latency"],
      "analysisConfigurations": { "canary": { "direction": "either" } },
      "scopeName": "default"
    }
  ],
  "classifier": { "groupWeights": { "Latency": 33, "Errors": 67 } }
}`;

/** scratch/newrelic_adhoc_canary.json */
export const kayentaAdHoc = `{
  "canaryConfig": {
    "name": "MySampleNewrelicCanaryConfig",
    "description": "Example Kayenta Configuration using Newrelic",
    "configVersion": "1.0",
    "applications": ["kayentatest"],
    "judge": { "name": "NetflixACAJudge-v1.0", "judgeConfigurations": {} },
    "metrics": [
      {
        "name": "errorRate",
        "query": { "type": "newrelic", "select": "count(*)/uniqueCount(host)", "q": "httpResponseCode >= '500'" },
        "groups": ["err"], "analysisConfigurations": {}, "scopeName": "default"
      },
      {
        "name": "transactionTime",
        "query": { "type": "newrelic", "select": "average(totalTime*1000)" },
        "groups": ["app"], "analysisConfigurations": {}, "scopeName": "default"
      }
    ],
    "classifier": { "groupWeights": { "err": 70.0, "app": 30.0 } }
  },
  "executionRequest": {
    "scopes": {
      "default": {
        "controlScope": { "type": "node", "scopeKey": "deployment_version", "scope": "baseline", "start": "1537783860000", "end": "1537785660000", "step": "10" },
        "experimentScope": { "type": "node", "scopeKey": "deployment_version", "scope": "experiment", "start": "1537783860000", "end": "1537785660000", "step": "10" }
      }
    },
    "thresholds": { "pass": 95.0, "marginal": 75.0 }
  }
}`;
