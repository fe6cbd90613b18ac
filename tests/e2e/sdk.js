/*
 * The vendors' own clients run a recorded session against `obit serve`.
 *
 *	node sdk.js huawei|volcengine ARCHIVE URL STREAM
 *
 * Every exchange of ARCHIVE is made once, in order, through the SDK, whose
 * packages are found from the working folder.  What the SDK says must be what
 * was recorded; each difference is a line on stdout, and the exit status is
 * then 1.  All bytes that the server sent go to the file STREAM.
 */
'use strict';
const { execFileSync } = require('child_process');
const { createRequire } = require('module');
const fs = require('fs');
const net = require('net');
const load = createRequire(process.cwd() + '/');

const obit = (...args) =>
	execFileSync(process.env.OBIT, args, { encoding: 'utf8' });

function recorded(archive) {
	return obit('ls', '--json', archive).trim().split('\n').map(line => {
		const x = JSON.parse(line);
		const body = which =>
			obit('show', '--body', which, archive, String(x.id));
		return {
			id: x.id, method: x.method, status: x.status,
			url: new URL(x.target, 'http://' + x.host),
			request: body('request'), response: body('response'),
		};
	});
}

/* Stand between the client and the server and keep what the server says. */
function tap(url, file) {
	const target = new URL(url);
	const out = fs.openSync(file, 'w');
	const server = net.createServer(client => {
		const upstream = net.connect(target.port, target.hostname);
		upstream.on('data', bytes => fs.writeSync(out, bytes));
		for (const [a, b] of [[client, upstream], [upstream, client]]) {
			a.pipe(b);
			a.on('error', () => b.destroy());
		}
	});
	return new Promise(resolve => server.listen(0, '127.0.0.1', () =>
		resolve({ server, host: '127.0.0.1:' + server.address().port })));
}

function huawei(host) {
	const core = load('@huaweicloud/huaweicloud-sdk-core');
	const { ClientBuilder } =
		load('@huaweicloud/huaweicloud-sdk-core/ClientBuilder');
	const vpc = load('@huaweicloud/huaweicloud-sdk-vpc/v2/public-api');
	const project = '145483a5107745e9b3d80f956713e6a3';
	const build = init => new ClientBuilder(init)
		.withCredential(new core.BasicCredentials().withAk('AKEXAMPLE')
			.withSk('SKEXAMPLE').withProjectId(project))
		.withEndpoint('http://' + host).build();
	const any = build(client => client);
	const network = build(client => new vpc.VpcClient(client));

	/* The SDK tells an answer's fields, or throws its code and text. */
	const told = async promise => {
		try {
			const { httpStatusCode, ...body } = await promise;
			return { status: httpStatusCode, body };
		} catch (e) {
			if (!e.httpStatusCode)
				throw e;
			return { status: e.httpStatusCode, code: e.errorCode,
				id: e.requestId };
		}
	};
	return {
		call(x) {
			const found = x.url.pathname.match(/\/vpcs\/([^/]+)$/);
			if (found)
				return told(network.deleteVpc(
					new vpc.DeleteVpcRequest(found[1])));
			return told(any.sendRequest({
				method: x.method, url: x.url.pathname, headers: {},
				pathParams: {}, queryParams: {},
				contentType: 'application/json',
				data: x.request ? JSON.parse(x.request) : undefined,
			}));
		},
		expected(x) {
			const body = x.response ? JSON.parse(x.response) : {};
			if (x.status < 400)
				return { status: x.status, body };
			const head = obit('show', '--raw', 'response', archive,
				String(x.id));
			return { status: x.status, code: body.error_code,
				id: head.match(/^x-request-id: *(.*)\r$/im)[1] };
		},
	};
}

function volcengine(host) {
	const { Service } = load('@volcengine/openapi');
	const service = new Service({
		protocol: 'http:', host, region: 'cn-beijing', serviceName: 'ecs',
		defaultVersion: '2020-04-01',
		accessKeyId: 'AKLTEXAMPLE', secretKey: 'SKEXAMPLE',
	});
	return {
		call(x) {
			const { Action, Version, ...query } =
				Object.fromEntries(x.url.searchParams);
			const json = x.request.startsWith('{');
			const data = json ? JSON.parse(x.request)
				: Object.fromEntries(new URLSearchParams(x.request));
			const call = service.createAPI(Action, {
				Version, method: x.method,
				contentType: json ? 'json' : 'urlencode',
			});
			return call(x.method === 'GET' ? query : data);
		},
		expected: x => JSON.parse(x.response),
	};
}

const [family, archive, url, stream] = process.argv.slice(2);

async function main() {
	const { server, host } = await tap(url, stream);
	const sdk = { huawei, volcengine }[family](host);
	let wrong = 0;
	for (const x of recorded(archive)) {
		const got = JSON.stringify(await sdk.call(x));
		const want = JSON.stringify(sdk.expected(x));
		if (got !== want) {
			wrong++;
			console.log(`exchange ${x.id}: got ${got}, want ${want}`);
		}
	}
	server.close();
	process.exit(wrong ? 1 : 0);
}
main();
