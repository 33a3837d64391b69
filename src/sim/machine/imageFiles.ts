import type { Sandbox } from './machine.ts';

/** The few files of images, and of every container, that courses look at. */
const NGINX_PAGE = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;
const NGINX_CONF = `server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;
const IMAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nginx: {
    '/usr/share/nginx/html/index.html': NGINX_PAGE,
    '/usr/share/nginx/html/50x.html': '<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n<body>\n<h1>An error occurred.</h1>\n</body>\n</html>\n',
    '/etc/nginx/nginx.conf': 'user  nginx;\nworker_processes  auto;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    include       /etc/nginx/mime.types;\n    include /etc/nginx/conf.d/*.conf;\n}\n',
    '/etc/nginx/conf.d/default.conf': NGINX_CONF,
  },
  httpd: { '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n', '/usr/local/apache2/conf/httpd.conf': 'ServerRoot "/usr/local/apache2"\nListen 80\n' },
  redis: { '/data/.keep': '' },
  alpine: { '/etc/alpine-release': '3.22.1\n' },
};
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

function common(sandbox: Sandbox): Readonly<Record<string, string>> {
  const { pod } = sandbox;
  const { name, namespace = 'default' } = pod.metadata;
  return {
    '/etc/hostname': `${name}\n`,
    '/etc/hosts': `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${sandbox.ip}\t${name}\n`,
    '/etc/resolv.conf': `search ${namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n`,
    '/etc/os-release': 'NAME="Orrery"\nPRETTY_NAME="Orrery"\n',
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
    ...(pod.spec.automountServiceAccountToken === false ? {} : { [`${ACCOUNT}/namespace`]: namespace, [`${ACCOUNT}/token`]: 'a.simulated.token', [`${ACCOUNT}/ca.crt`]: '-----BEGIN CERTIFICATE-----\nThis cluster is simulated: there is nothing to trust.\n-----END CERTIFICATE-----\n' }),
  };
}

export function imageFile(path: string, repository: string, sandbox: Sandbox): string | undefined {
  const own = IMAGES[repository];
  if (own !== undefined && Object.hasOwn(own, path)) return own[path];
  if (!path.startsWith('/etc/') && !path.startsWith('/var/run/')) return undefined;
  const files = common(sandbox);
  return Object.hasOwn(files, path) ? files[path] : undefined;
}
export const imagePaths = (repository: string, sandbox: Sandbox): readonly string[] => [...Object.keys(common(sandbox)), ...Object.keys(IMAGES[repository] ?? {})];
