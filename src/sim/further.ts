import { registerBeyond } from './apiserver/beyond.ts';
import { custom } from './apiserver/crd/kinds.ts';
import { customKinds } from './apiserver/crd/served.ts';
import { discoveryDocument } from './apiserver/discovery.ts';
import { registerConversions } from './apiserver/convert.ts';
import { FURTHER_SCHEMAS } from './apiserver/furtherSchemas.generated.ts';
import './apiserver/further.ts';
import './kubelet/configuration.ts';
import './machine/further.ts';
import './proxy/dial.ts';
import type { AnyProcess } from './kernel/process.ts';
import { registerSchemas } from './apiserver/schema.ts';
import { autoscalingV1 } from './apiserver/kinds/autoscalingV1.ts';
import { registerStrategies } from './apiserver/kinds/index.ts';
import { furtherStrategies } from './apiserver/kinds/further.ts';
import { podSpecDiff } from './apiserver/kinds/goDiff.ts';
import { registerAggregation } from './cluster/aggregation.ts';
import { registerSleepers } from './cluster/sleepers.ts';
import { furtherControllers } from './controllers/further.ts';
import { metricsAnswer } from './metrics/answers.ts';
import { metricsServer } from './metrics/server.ts';
import { furtherScenarios } from './scenarios/further.ts';
import { registerScenarios } from './scenarios/index.ts';

/**
 * The second door of the simulation: what the first picture of the first scenario does not need. Importing it registers kinds and controllers.
 * A page imports it once its first picture stands and before anything is played; everything else imports it at the start. A world is the
 * same with and without it until something of it is used, because its controllers sleep until an object of their kind exists.
 */
registerSchemas(FURTHER_SCHEMAS);
registerBeyond({ podSpecDiff, custom, document: ({ store }, path, accept) => discoveryDocument(path, accept, customKinds(store)) });
registerConversions(autoscalingV1);
registerStrategies(furtherStrategies);
registerSleepers([...furtherControllers, { name: metricsServer.name, sleepsUntil: ['HorizontalPodAutoscaler'], process: metricsServer as AnyProcess }]);
registerAggregation(metricsAnswer);
registerScenarios(furtherScenarios);
