/** A Service, opened: its virtual address, its slices, the rules of each node as the tools print them, and its last requests. */
import { useId, useState, type ReactElement } from 'react';
import type { StageMessages } from '../i18n/stage.en.ts';
import { Icon } from './glyphs.tsx';
import type { RequestOutcome, StageTarget } from './model.ts';
import './cards.css';

export interface EndpointView {
  readonly address: string;
  readonly podKey?: string;
  readonly pod?: string;
  readonly node?: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}
export interface NodeRulesView {
  readonly node: string;
  /** The revision that this node's kube-proxy has seen, and how many changes of this Service's slices are still on their way to it. */
  readonly revision: number;
  readonly behind: number;
  /** As `iptables-save -t nat` prints them. */
  readonly iptables: readonly string[];
  /** As `ipvsadm -ln` prints them. */
  readonly ipvs: readonly string[];
}
export interface RequestView {
  readonly id: string;
  readonly at: string;
  /** Who it went through, in order: "client", "node-1", "10.96.0.12:80", "web-7d9-4kx9p". */
  readonly path: readonly string[];
  readonly outcome: RequestOutcome;
  readonly tookMicros?: number;
  readonly target?: StageTarget;
}
export interface ServiceCardProps {
  readonly words: StageMessages;
  readonly name: string;
  readonly type: string;
  readonly clusterIP?: string;
  readonly ports: readonly string[];
  readonly nodePorts: readonly number[];
  readonly slices: readonly { readonly key: string; readonly name: string; readonly revision: number; readonly endpoints: readonly EndpointView[] }[];
  readonly rules: readonly NodeRulesView[];
  /** The mode that the cluster's kube-proxies run in: shown first. */
  readonly mode: 'iptables' | 'ipvs';
  readonly requests: readonly RequestView[];
  readonly onSelect?: (target: StageTarget) => void;
  readonly onClose?: () => void;
}

export function ServiceCard({ words, name, type, clusterIP, ports, nodePorts, slices, rules, mode, requests, onSelect, onClose }: ServiceCardProps): ReactElement {
  const { serviceCard } = words;
  const uid = useId();
  const [shownNode, setShownNode] = useState<string | undefined>(undefined);
  const [shownMode, setShownMode] = useState(mode);
  const shown = rules.find((each) => each.node === shownNode) ?? rules[0];
  const link = (target: StageTarget | undefined, text: string): ReactElement => (target === undefined || onSelect === undefined ? <span className="mono">{text}</span> : <button type="button" className="lnk mono" onClick={() => onSelect(target)}>{text}</button>);
  return (
    <article className="opened" aria-label={serviceCard.title(name)}>
      {onClose !== undefined && <button type="button" className="btn close" onClick={onClose}>{serviceCard.close}</button>}
      <dl className="facts">
        <dt>{serviceCard.virtualAddress}</dt>
        <dd className="mono">{clusterIP === undefined || clusterIP === 'None' ? serviceCard.noVirtualAddress : `${clusterIP} ${ports.join(', ')}`}</dd>
        {nodePorts.length > 0 && <><dt>{serviceCard.nodePort}</dt><dd className="mono">{nodePorts.join(', ')}</dd></>}
        {type === 'LoadBalancer' && <><dt>{serviceCard.external}</dt><dd><span className="mono">{serviceCard.pending}</span><div className="notes">{serviceCard.pendingWhy}</div></dd></>}
      </dl>

      <h4 className="cap">{serviceCard.slices}</h4>
      {slices.map((slice) => (
        <section key={slice.key} className="slice">
          <div className="line">{link({ on: 'object', kind: 'EndpointSlice', key: slice.key }, slice.name)}<span className="mono faint">r{slice.revision}</span></div>
          <table>
            <thead><tr><th scope="col">{serviceCard.address}</th><th scope="col">{serviceCard.pod}</th><th scope="col">{serviceCard.ready}</th></tr></thead>
            <tbody>
              {slice.endpoints.length === 0 && <tr><td colSpan={3}>{words.addresses(0)}</td></tr>}
              {slice.endpoints.map((endpoint) => (
                <tr key={endpoint.address} className={endpoint.ready ? 'ready' : 'unready'}>
                  <td className="mono">{endpoint.address}</td>
                  <td>{endpoint.pod === undefined ? '' : link(endpoint.podKey === undefined ? undefined : { on: 'object', kind: 'Pod', key: endpoint.podKey }, endpoint.pod)}</td>
                  <td>
                    <span className="mark"><Icon name={endpoint.ready ? 'check' : 'x'} size={12} className={endpoint.ready ? 'k-run' : 'k-fail'} />{endpoint.terminating ? serviceCard.terminating : endpoint.ready ? serviceCard.yes : serviceCard.no}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}

      {shown !== undefined && (
        <section>
          <div className="line picks">
            <label className="cap" htmlFor={`${uid}-node`}>{serviceCard.rules}</label>
            <select id={`${uid}-node`} value={shown.node} onChange={(event) => setShownNode(event.target.value)}>{rules.map((each) => <option key={each.node} value={each.node}>{each.node}</option>)}</select>
            <div className="modes" role="group" aria-label={serviceCard.rules}>
              {(['iptables', 'ipvs'] as const).map((each) => <button key={each} type="button" aria-pressed={shownMode === each} onClick={() => setShownMode(each)}>{serviceCard[each]}</button>)}
            </div>
          </div>
          <div className={`notes ${shown.behind > 0 ? 'late' : ''}`}>{serviceCard.seen(shown.revision, shown.behind)}</div>
          <pre tabIndex={0} aria-label={`${serviceCard[shownMode]} ${shown.node}`}>{shown[shownMode].join('\n')}</pre>
          {shownMode === 'ipvs' && <p className="notes">{serviceCard.ipvsNote}</p>}
        </section>
      )}

      <h4 className="cap">{serviceCard.requests}</h4>
      {requests.length === 0 ? <p className="notes">{serviceCard.noRequests}</p> : (
        <ol className="requests">
          {requests.slice(-20).reverse().map((request) => (
            <li key={request.id} className={request.outcome}>
              <span className="mono faint">{request.at}</span>
              <span className="mono path">{request.path.join(' → ')}</span>
              <span className="outcome"><Icon name={request.outcome === 'answered' ? 'check' : request.outcome === 'timedOut' ? 'clock' : 'x'} size={12} />{words.outcomes[request.outcome]}{request.tookMicros === undefined ? '' : ` ${serviceCard.took(words.duration(request.tookMicros))}`}</span>
            </li>
          ))}
        </ol>
      )}
    </article>
  );
}
