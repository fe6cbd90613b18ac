/*
 * The neighbours of the five documents: requests and answers as the facts
 * in their vendors' documents have them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "deletion/deletion.h"
#include "deletion/rules.h"
#include "tests/lib/exchange.h"
#include "tests/lib/unit.h"

#define JSON "Content-Type: application/json\n"
#define XML  "Content-Type: application/xml\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\n"
#define NONE "not a deletion"
#define AWS(service)                                                           \
	"Host: " service ".us-east-1.amazonaws.com\n"                          \
	"Authorization: AWS4-HMAC-SHA256 "                                     \
	"Credential=AK/20261120/us-east-1/" service                            \
	"/aws4_request, SignedHeaders=host, Signature=00\n"
#define ALI                                                                    \
	"Host: ecs.aliyuncs.com\nAuthorization: ACS3-HMAC-SHA256 "             \
	"Credential=AK,SignedHeaders=host,Signature=00\n"
#define TENCENT(host, action)                                                  \
	"POST / HTTP/1.1\nHost: " host                                         \
	".tencentcloudapi.com\nX-TC-Action: " action                           \
	"\nX-TC-Region: ap-guangzhou\n" JSON
#define EC2 "POST / HTTP/1.1\n" AWS("ec2") FORM
#define K8S "Host: 10.0.0.1:6443\nAuthorization: Bearer t\n" JSON
#define POD "DELETE /api/v1/namespaces/shop/pods/web HTTP/1.1\n" K8S
#define ARM                                                                    \
	"DELETE /subscriptions/s/resourceGroups/g/providers/"                  \
	"Microsoft.Compute/virtualMachines/vm?api-version=2024-03-01 "         \
	"HTTP/1.1\nHost: management.azure.com\n"
#define GCE                                                                    \
	"DELETE /compute/v1/projects/p/zones/z/instances/vm HTTP/1.1\n"        \
	"Host: compute.googleapis.com\n"
#define NOVA               "Host: nova.example:8774\nX-Auth-Token: t\n" JSON
#define ES                 "Host: es:9200\n"
#define GQL                "POST /graphql HTTP/1.1\nHost: api.example\n" JSON
#define S3(target, method) method " " target " HTTP/1.1\n" AWS("s3")
#define DYNAMO(op)                                                             \
	"POST / HTTP/1.1\nX-Amz-Target: DynamoDB_20120810." op                 \
	"\n" AWS("dynamodb") "Content-Type: application/x-amz-json-1.0\n"
#define VPC_ITEM(id, state)                                                    \
	"<item><instanceId>" id "</instanceId><currentState><code>32</code>"   \
	"<name>" state "</name></currentState></item>"
#define TERMINATED(items)                                                      \
	"<TerminateInstancesResponse><requestId>r</"                           \
	"requestId><instancesSet>" items                                       \
	"</instancesSet></TerminateInstancesResponse>"
#define EC2_ERROR(code)                                                        \
	"<Response><Errors><Error><Code>" code "</Code><Message>m</Message>"   \
	"</Error></Errors><RequestID>r</RequestID></Response>"
#define TWO_KEYS(quiet)                                                        \
	"<Delete>" quiet "<Object><Key>a b</Key></Object><Object>"             \
	"<Key>c/d</Key></Object></Delete>"

/* Targets are "id:outcome"; a set delete has a "*" in front. */
static const struct row {
	const char *head, *body; /* body NULL: none */
	int status;
	const char *fields, *answer;
	const char *operation, *outcome, *targets;
} rows[] = {
	/* Alibaba: the action in a header, the ids in the query. */
	{ "POST /?InstanceId.2=i-b&InstanceId.1=i-a HTTP/1.1\n" ALI
	  "x-acs-action: DeleteInstances\n",
	    "", 200, JSON, "{\"RequestId\":\"R\"}", "ali.rpc.delete",
	    "accepted", "i-a:accepted i-b:accepted" },
	{ "POST /?InstanceId.1=i-a HTTP/1.1\n" ALI
	  "x-acs-action: DeleteInstances\n",
	    "", 200, JSON, "{}", "ali.rpc.delete", "unknown", "i-a:unknown" },
	{ "POST /?InstanceId=i-a HTTP/1.1\n" ALI
	  "x-acs-action: DeleteInstance\n",
	    "", 404, JSON,
	    "{\"RequestId\":\"R\",\"Code\":\"InvalidInstanceId.NotFound\"}",
	    "ali.rpc.delete", "gone", "i-a:gone" },
	/* One that is absent fails the whole call. */
	{ "POST /?InstanceId.1=i-a&InstanceId.2=i-b HTTP/1.1\n" ALI
	  "x-acs-action: DeleteInstances\n",
	    "", 404, JSON,
	    "{\"RequestId\":\"R\",\"Code\":\"InvalidInstanceId.NotFound\"}",
	    "ali.rpc.delete", "invalid", "i-a:invalid i-b:invalid" },
	{ "GET /?Action=DeleteInstance&InstanceId=i-a&SignatureNonce=1 "
	  "HTTP/1.1\nHost: ecs.aliyuncs.com\n",
	    NULL, 403, JSON,
	    "{\"RequestId\":\"R\",\"Code\":\"IncorrectInstanceStatus\"}",
	    "ali.rpc.delete", "blocked", "i-a:blocked" },
	{ "POST /?InstanceId.1=i-a HTTP/1.1\n" ALI
	  "x-acs-action: DescribeInstances\n",
	    "", 200, JSON, "{\"RequestId\":\"R\"}", NONE, NULL, NULL },

	/* Tencent: 200 whatever happened; the recycle bin first. */
	{ TENCENT("cvm", "TerminateInstances"),
	    "{\"InstanceIds\":[\"ins-1\",\"ins-2\"]}", 200, JSON,
	    "{\"Response\":{\"RequestId\":\"r\"}}", "tencent.terminate",
	    "accepted", "ins-1:accepted ins-2:accepted" },
	{ TENCENT("cvm", "TerminateInstances"), "{\"InstanceIds\":[\"ins-1\"]}",
	    200, JSON,
	    "{\"Response\":{\"Error\":{\"Code\":\"InvalidInstanceId.NotFound\","
	    "\"Message\":\"m\"},\"RequestId\":\"r\"}}",
	    "tencent.terminate", "gone", "ins-1:gone" },
	{ TENCENT("cvm", "TerminateInstances"),
	    "{\"InstanceIds\":[\"ins-1\",\"ins-2\"]}", 200, JSON,
	    "{\"Response\":{\"Error\":{\"Code\":\"InvalidInstanceId.NotFound\","
	    "\"Message\":\"m\"},\"RequestId\":\"r\"}}",
	    "tencent.terminate", "invalid", "ins-1:invalid ins-2:invalid" },
	{ TENCENT("cvm", "TerminateInstances"), "{\"InstanceIds\":[\"ins-1\"]}",
	    200, JSON,
	    "{\"Response\":{\"Error\":{\"Code\":\"RequestLimitExceeded\"},"
	    "\"RequestId\":\"r\"}}",
	    "tencent.terminate", "throttled", "ins-1:throttled" },
	{ TENCENT("cvm", "TerminateInstances"), "{\"InstanceIds\":[\"ins-1\"]}",
	    200, JSON, "{\"Response\":{\"Error\":{\"Code\":\"AuthFail",
	    "tencent.terminate", "unknown", "ins-1:unknown" },
	{ TENCENT("ecm", "TerminateInstances"),
	    "{\"InstanceIds\":[\"ins-1\",\"ins-2\"]}", 200, JSON,
	    "{\"Response\":{\"InstanceIdSet\":[\"ins-1\"],"
	    "\"FailedInstanceSet\":[{\"InstanceId\":\"ins-2\"}],"
	    "\"RequestId\":\"r\"}}",
	    "tencent.terminate", "partial", "ins-1:unknown ins-2:unknown" },

	/* Kubernetes: a Status ends it, an object is held back. */
	{ POD, NULL, 200, JSON,
	    "{\"kind\":\"Status\",\"status\":\"Success\",\"details\":"
	    "{\"name\":\"web\"}}",
	    "k8s.object", "deleted", "web:deleted" },
	{ POD, NULL, 200, JSON,
	    "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\","
	    "\"deletionTimestamp\":\"2026-11-20T19:00:00Z\","
	    "\"finalizers\":[\"x\"]},\"status\":{\"phase\":\"Running\"}}",
	    "k8s.object", "accepted", "web:accepted" },
	{ POD, NULL, 202, JSON,
	    "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\"}}", "k8s.object",
	    "accepted", "web:accepted" },
	{ POD, NULL, 404, JSON,
	    "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":"
	    "\"NotFound\",\"code\":404}",
	    "k8s.object", "gone", "web:gone" },
	{ POD,
	    "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\","
	    "\"preconditions\":{\"uid\":\"u\"}}",
	    409, JSON, "{\"kind\":\"Status\",\"reason\":\"Conflict\"}",
	    "k8s.object", "blocked", "web:blocked" },
	{ POD,
	    "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"dryRun\":"
	    "[\"All\"]}",
	    200, JSON, "{\"kind\":\"Status\",\"status\":\"Success\"}",
	    "k8s.object", "dryrun", "web:dryrun" },
	{ "DELETE /apis/apps/v1/namespaces/shop/deployments/web?dryRun=All "
	  "HTTP/1.1\n" K8S,
	    NULL, 200, JSON, "{\"kind\":\"Status\",\"status\":\"Success\"}",
	    "k8s.object", "dryrun", "web:dryrun" },
	{ "DELETE /api/v1/namespaces/shop/pods?labelSelector=app%3Dweb "
	  "HTTP/1.1\n" K8S,
	    NULL, 200, JSON, "{\"kind\":\"PodList\",\"items\":[]}",
	    "k8s.collection", "accepted", "*app=web:accepted" },
	{ "DELETE /api/v1/namespaces/shop/pods HTTP/1.1\n" K8S, NULL, 403, JSON,
	    "{\"kind\":\"Status\",\"reason\":\"Forbidden\"}", "k8s.collection",
	    "denied", "*:denied" },
	{ "DELETE /apis/rbac.authorization.k8s.io/v1/clusterroles "
	  "HTTP/1.1\n" K8S,
	    NULL, 200, JSON, "{\"kind\":\"Status\",\"status\":\"Success\"}",
	    "k8s.collection", "accepted", "*:accepted" },
	{ "DELETE /api/v1/nodes/n1 HTTP/1.1\n" K8S, NULL, 200, JSON,
	    "{\"kind\":\"Status\",\"status\":\"Success\"}",
	    "k8s.cluster-object", "deleted", "n1:deleted" },
	{ "DELETE /api/v1/users/42 HTTP/1.1\nHost: shop\n", NULL, 204, "", "",
	    "rest.delete", "deleted", "api/v1/users/42:deleted" },

	/* EC2: repeat succeeds; one bad id fails the whole call. */
	{ EC2,
	    "Action=TerminateInstances&Version=2016-11-15&InstanceId.1=i-1"
	    "&InstanceId.2=i-2",
	    200, XML,
	    TERMINATED(
		VPC_ITEM("i-1", "shutting-down") VPC_ITEM("i-2", "terminated")),
	    "aws.ec2.terminate", "partial", "i-1:accepted i-2:deleted" },
	{ EC2,
	    "Action=TerminateInstances&Version=2016-11-15&InstanceId.1=i-1"
	    "&InstanceId.2=i-2",
	    200, XML, TERMINATED(VPC_ITEM("i-1", "shutting-down")),
	    "aws.ec2.terminate", "partial", "i-1:accepted i-2:unknown" },
	{ EC2, "Action=TerminateInstances&Version=2016-11-15&InstanceId.1=i-1",
	    400, XML, EC2_ERROR("InvalidInstanceID.NotFound"),
	    "aws.ec2.terminate", "gone", "i-1:gone" },
	{ EC2,
	    "Action=TerminateInstances&Version=2016-11-15&InstanceId.1=i-1"
	    "&InstanceId.2=i-bad",
	    400, XML, EC2_ERROR("InvalidInstanceID.NotFound"),
	    "aws.ec2.terminate", "invalid", "i-1:invalid i-bad:invalid" },
	{ EC2,
	    "Action=TerminateInstances&Version=2016-11-15&InstanceId.1=i-1"
	    "&DryRun=true",
	    412, XML, EC2_ERROR("DryRunOperation"), "aws.ec2.terminate",
	    "dryrun", "i-1:dryrun" },
	{ EC2, "Action=TerminateInstances&Version=2016-11-15&InstanceId.1=i-1",
	    403, XML, EC2_ERROR("UnauthorizedOperation"), "aws.ec2.terminate",
	    "denied", "i-1:denied" },
	{ EC2, "Action=DescribeInstances&Version=2016-11-15", 200, XML, "<a/>",
	    NONE, NULL, NULL },
	{ "POST / HTTP/1.1\n" AWS("rds") FORM,
	    "Action=DeleteDBInstance&Version=2014-10-31"
	    "&DBInstanceIdentifier=db-1",
	    404, XML,
	    "<ErrorResponse><Error><Type>Sender</Type>"
	    "<Code>DBInstanceNotFound</Code></Error></ErrorResponse>",
	    "aws.query.delete", "gone", "db-1:gone" },

	/* S3: partial in a 200; quiet mode lists failures alone. */
	{ S3("/bucket?delete=", "POST"), TWO_KEYS(""), 200, XML,
	    "<DeleteResult><Deleted><Key>a b</Key></Deleted><Error><Key>c/d"
	    "</Key><Code>AccessDenied</Code></Error></DeleteResult>",
	    "aws.s3.objects", "partial", "a b:deleted c/d:denied" },
	{ S3("/bucket?delete", "POST"), TWO_KEYS("<Quiet>true</Quiet>"), 200,
	    XML,
	    "<DeleteResult><Error><Key>c/d</Key><Code>InternalError</Code>"
	    "</Error></DeleteResult>",
	    "aws.s3.objects", "partial", "a b:deleted c/d:failed" },
	{ S3("/bucket?delete", "POST"), TWO_KEYS(""), 200, XML,
	    "<DeleteResult><Deleted><Key>a b</Key></Deleted></DeleteResult>",
	    "aws.s3.objects", "partial", "a b:deleted c/d:unknown" },
	{ S3("/bucket?delete", "POST"), TWO_KEYS("<Quiet>true</Quiet>"), 200,
	    XML, "<DeleteResult><Error>", "aws.s3.objects", "unknown",
	    "a b:unknown c/d:unknown" },
	{ S3("/bucket/a%2Bb/c", "DELETE"), NULL, 204,
	    "x-amz-delete-marker: true\n", "", "aws.s3.object", "deleted",
	    "a+b/c:deleted" },
	{ S3("/bucket/k", "DELETE"), NULL, 404, XML,
	    "<Error><Code>NoSuchBucket</Code></Error>", "aws.s3.object",
	    "invalid", "k:invalid" },
	{ S3("/bucket/k/l?versionId=3HL4kq", "DELETE"), NULL, 204, "", "",
	    "aws.s3.version", "deleted", "3HL4kq:deleted" },
	{ S3("/bucket/k?tagging", "DELETE"), NULL, 204, "", "",
	    "aws.s3.subresource", "deleted", "bucket/k:deleted" },

	/* DynamoDB */
	{ DYNAMO("DeleteItem"),
	    "{\"TableName\":\"t\",\"Key\":{\"id\":{\"S\":\"1\"}}}", 200, JSON,
	    "{}", "aws.dynamodb.item", "deleted",
	    "{\"id\":{\"S\":\"1\"}}:deleted" },
	{ DYNAMO("DeleteItem"),
	    "{\"TableName\":\"t\",\"Key\":{\"id\":{\"S\":\"1\"}}}", 400, JSON,
	    "{\"__type\":\"com.amazonaws.dynamodb.v20120810#"
	    "ConditionalCheckFailedException\"}",
	    "aws.dynamodb.item", "blocked", "{\"id\":{\"S\":\"1\"}}:blocked" },
	{ DYNAMO("DeleteItem"),
	    "{\"TableName\":\"t\",\"Key\":{\"id\":{\"S\":\"1\"}}}", 400, JSON,
	    "{\"__type\":\"com.amazonaws.dynamodb.v20120810#"
	    "ResourceNotFoundException\"}",
	    "aws.dynamodb.item", "invalid", "{\"id\":{\"S\":\"1\"}}:invalid" },
	{ DYNAMO("DeleteTable"), "{\"TableName\":\"t\"}", 400, JSON,
	    "{\"__type\":\"com.amazonaws.dynamodb.v20120810#"
	    "ResourceNotFoundException\"}",
	    "aws.json.delete", "gone", "t:gone" },
	{ DYNAMO("BatchWriteItem"),
	    "{\"RequestItems\":{\"t\":[{\"DeleteRequest\":{\"Key\":{\"i\":1}}}"
	    "]}}",
	    200, JSON,
	    "{\"UnprocessedItems\":{\"t\":[{\"DeleteRequest\":{\"Key\":"
	    "{\"i\":1}}}]}}",
	    "aws.dynamodb.batch", "partial", "{\"i\":1}:partial" },
	{ DYNAMO("BatchWriteItem"),
	    "{\"RequestItems\":{\"t\":[{\"PutRequest\":{\"Item\":{}}}]}}", 200,
	    JSON, "{\"UnprocessedItems\":{}}", NONE, NULL, NULL },

	/* Azure: 204 means that it did not exist. */
	{ ARM, NULL, 202,
	    "Azure-AsyncOperation: https://management.azure.com/op/1\n", "",
	    "azure.arm", "accepted", "vm:accepted" },
	{ ARM, NULL, 204, "", "", "azure.arm", "gone", "vm:gone" },
	{ ARM, NULL, 409, JSON, "{\"error\":{\"code\":\"ScopeLocked\"}}",
	    "azure.arm", "blocked", "vm:blocked" },
	{ ARM, NULL, 404, JSON,
	    "{\"error\":{\"code\":\"ResourceGroupNotFound\"}}", "azure.arm",
	    "invalid", "vm:invalid" },

	/* Google */
	{ GCE, NULL, 200, JSON,
	    "{\"kind\":\"compute#operation\",\"operationType\":\"delete\","
	    "\"status\":\"RUNNING\",\"selfLink\":\"https://x/op\"}",
	    "google.resource", "accepted", "p/zones/z/instances/vm:accepted" },
	{ GCE, NULL, 404, JSON,
	    "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\"}}",
	    "google.resource", "gone", "p/zones/z/instances/vm:gone" },
	{ "POST /v1/projects/p/books:batchDelete HTTP/1.1\n"
	  "Host: library.googleapis.com\n" JSON,
	    "{\"names\":[\"projects/p/books/1\",\"projects/p/books/2\"]}", 200,
	    JSON, "{}", "google.batch", "deleted",
	    "projects/p/books/1:deleted projects/p/books/2:deleted" },
	{ "POST /v1/projects/p/books:purge HTTP/1.1\n"
	  "Host: library.googleapis.com\n" JSON,
	    "{\"filter\":\"old\"}", 200, JSON,
	    "{\"purgeCount\":2,\"purgeSample\":[\"a\",\"b\"]}", "google.purge",
	    "dryrun", "*old:dryrun" },
	{ "POST /v1/projects/p/books:purge HTTP/1.1\n"
	  "Host: library.googleapis.com\n" JSON,
	    "{\"filter\":\"old\",\"force\":true}", 200, JSON,
	    "{\"name\":\"operations/1\",\"done\":false}", "google.purge",
	    "accepted", "*old:accepted" },

	/* OpenStack: 204 while it is still being deleted. */
	{ "DELETE /v2.1/servers/s-1 HTTP/1.1\n" NOVA, NULL, 204, "", "",
	    "openstack.server", "accepted", "s-1:accepted" },
	{ "DELETE /v2.1/servers/s-1 HTTP/1.1\n" NOVA, NULL, 409, JSON,
	    "{\"conflictingRequest\":{\"code\":409,\"message\":\"locked\"}}",
	    "openstack.server", "blocked", "s-1:blocked" },
	{ "POST /v2.1/servers/s-1/action HTTP/1.1\n" NOVA,
	    "{\"forceDelete\":null}", 202, "", "", "openstack.force",
	    "accepted", "s-1:accepted" },
	{ "POST /v2.1/servers/s-1/action HTTP/1.1\n" NOVA,
	    "{\"reboot\":{\"type\":\"HARD\"}}", 202, "", "", NONE, NULL, NULL },

	/* Elasticsearch: failures in a 200. */
	{ "POST /logs/_delete_by_query HTTP/1.1\n" ES JSON,
	    "{\"query\":{\"match_all\":{}}}", 200, JSON,
	    "{\"deleted\":9,\"version_conflicts\":0,\"failures\":[]}",
	    "es.delete_by_query", "deleted", "*{\"match_all\":{}}:deleted" },
	{ "POST /logs/_delete_by_query?conflicts=proceed HTTP/1.1\n" ES JSON,
	    "{\"query\":{\"match_all\":{}}}", 200, JSON,
	    "{\"deleted\":8,\"version_conflicts\":1,\"failures\":[]}",
	    "es.delete_by_query", "partial", "*{\"match_all\":{}}:partial" },
	{ "POST /logs/_delete_by_query?wait_for_completion=false HTTP/1.1\n" ES
		JSON,
	    "{\"query\":{\"match_all\":{}}}", 200, JSON,
	    "{\"task\":\"node:1\"}", "es.delete_by_query", "accepted",
	    "*{\"match_all\":{}}:accepted" },
	{ "POST /_bulk HTTP/1.1\n" ES "Content-Type: application/x-ndjson\n",
	    "{\"delete\":{\"_index\":\"t\",\"_id\":\"1\"}}\n"
	    "{\"index\":{\"_index\":\"t\",\"_id\":\"9\"}}\n{\"a\":1}\n"
	    "{\"delete\":{\"_index\":\"t\",\"_id\":\"2\"}}\n",
	    200, JSON,
	    "{\"errors\":false,\"items\":[{\"delete\":{\"_id\":\"1\","
	    "\"result\":\"deleted\",\"status\":200}},{\"index\":{\"_id\":"
	    "\"9\"}},{\"delete\":{\"_id\":\"2\",\"result\":\"not_found\","
	    "\"status\":404}}]}",
	    "es.bulk", "partial", "1:deleted 2:gone" },
	{ "POST /_bulk HTTP/1.1\n" ES "Content-Type: application/x-ndjson\n",
	    "{\"index\":{\"_index\":\"t\",\"_id\":\"9\"}}\n{\"a\":1}\n", 200,
	    JSON, "{\"errors\":false,\"items\":[]}", NONE, NULL, NULL },

	/* GraphQL: errors[] in a 200. */
	{ GQL,
	    "{\"query\":\"mutation($id:ID!){deleteCart(id:$id){id}}\","
	    "\"variables\":{\"id\":\"c-1\"}}",
	    200, JSON, "{\"data\":{\"deleteCart\":{\"id\":\"c-1\"}}}",
	    "graphql.mutation", "deleted", "c-1:deleted" },
	{ GQL,
	    "{\"query\":\"mutation{deleteCart(id:1){id}}\",\"variables\":"
	    "{\"id\":\"c-1\"}}",
	    200, JSON,
	    "{\"data\":null,\"errors\":[{\"message\":\"m\",\"extensions\":"
	    "{\"code\":\"NOT_FOUND\"}}]}",
	    "graphql.mutation", "gone", "c-1:gone" },
	{ GQL, "{\"query\":\"query{deletedCarts{id}}\"}", 200, JSON,
	    "{\"data\":{}}", NONE, NULL, NULL },

	/* A POST that asks to be read as DELETE. */
	{ "POST /carts/1 HTTP/1.1\nHost: h\nX-HTTP-Method-Override: DELETE\n",
	    "", 204, "", "", "rest.override", "deleted", "carts/1:deleted" },
	{ "POST /carts/1?_method=delete HTTP/1.1\nHost: h\n", "", 204, "", "",
	    "rest.override", "deleted", "carts/1:deleted" },
	{ "POST /carts/1 HTTP/1.1\nHost: h\n" FORM, "_method=DELETE&x=1", 302,
	    "", "", "rest.override", "unknown", "carts/1:unknown" },
	{ "GET /carts/1 HTTP/1.1\nHost: h\nX-HTTP-Method-Override: DELETE\n",
	    NULL, 200, "", "", NONE, NULL, NULL },

	/* ctyun: the status in the body of a 200. */
	{ "POST /v4/elb/remove-vm HTTP/1.1\n"
	  "Host: ctelb-global.ctapi.ctyun.cn\n" JSON,
	    "{\"clientToken\":\"t\",\"targetID\":\"vm-1\"}", 200, JSON,
	    "{\"statusCode\":800,\"errorCode\":\"SUCCESS\"}", "ctyun.action",
	    "deleted", "vm-1:deleted" },
	{ "POST /v4/elb/remove-vm HTTP/1.1\n"
	  "Host: ctelb-global.ctapi.ctyun.cn\n" JSON,
	    "{\"clientToken\":\"t\",\"targetID\":\"vm-1\"}", 200, JSON,
	    "{\"statusCode\":900,\"errorCode\":\"Openapi.Elb.Odd\"}",
	    "ctyun.action", "failed", "vm-1:failed" },

	/* Huawei: what looks like a deletion and is none. */
	{ "POST /v1/0123456789abcdef0123456789abcdef/volumes/v/undelete "
	  "HTTP/1.1\nHost: evs.cn-north-4.myhuaweicloud.com\n" JSON,
	    "{}", 200, JSON, "{}", NONE, NULL, NULL },
	{ "POST /v1/0123456789abcdef0123456789abcdef/servers/delete-protection "
	  "HTTP/1.1\nHost: ecs.cn-north-4.myhuaweicloud.com\n" JSON,
	    "{}", 200, JSON, "{}", NONE, NULL, NULL },
	{ "POST /v1/0123456789abcdef0123456789abcdef/deleted-servers/queries "
	  "HTTP/1.1\nHost: ecs.cn-north-4.myhuaweicloud.com\n" JSON,
	    "{}", 200, JSON, "{}", NONE, NULL, NULL },
	{ "POST /v1/0123456789abcdef0123456789abcdef/jobs/batch-delete "
	  "HTTP/1.1\nHost: drs.cn-north-4.myhuaweicloud.com\n" JSON,
	    "{\"jobs\":[{\"id\":\"j-1\"},{\"id\":\"j-2\"}]}", 200, JSON,
	    "{\"job_id\":\"x\"}", "huawei.batch", "accepted",
	    "j-1:accepted j-2:accepted" },
};

static char *
request_text(const struct row *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	fputs(r->head, f);
	if (r->body != NULL)
		fprintf(f, "Content-Length: %zu\n", strlen(r->body));
	fprintf(f, "\n%s", r->body != NULL ? r->body : "");
	fclose(f);
	return text;
}

static char *
response_text(const struct row *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	fprintf(f, "HTTP/1.1 %d Some Words\n%s\n%s", r->status, r->fields,
	    r->answer);
	fclose(f);
	return text;
}

/* As the table writes it. */
static char *
reading_text(bool is, const struct deletion *d)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!is)
		fputs(NONE, f);
	else
		fprintf(f, "%.*s %s", (int)d->operation.len,
		    (const char *)d->operation.p, outcome_name(d->outcome));
	for (size_t i = 0; is && i < d->target_count; i++)
		fprintf(f, " %s%.*s:%s", d->set_delete ? "*" : "",
		    (int)d->targets[i].id.len, (const char *)d->targets[i].id.p,
		    outcome_name(d->targets[i].outcome));
	fclose(f);
	return text;
}

static unsigned
check_row(const struct rules *rules, size_t i)
{
	const struct row *r = &rows[i];
	char *request = request_text(r), *response = response_text(r);
	struct exchange *x = exchange_of_strings(request, response);
	struct deletion d;
	bool is = deletion_of_exchange(rules, x, &x->arena, &d);
	char *seen = reading_text(is, &d), wanted[512];
	bool same;

	snprintf(wanted, sizeof(wanted), "%s%s%s%s%s", r->operation,
	    r->outcome ? " " : "", r->outcome ? r->outcome : "",
	    r->targets ? " " : "", r->targets ? r->targets : "");
	same = strcmp(wanted, seen) == 0;
	if (!same)
		fprintf(stderr, "row %zu, %.40s...\n  wanted %s\n  saw    %s\n",
		    i, r->head, wanted, seen);
	free(seen);
	exchange_free(x);
	free(request);
	free(response);
	return !same;
}

START_TEST(every_row_is_read_as_its_document_says)
{
	struct rules *rules;
	struct err err;
	unsigned wrong = 0;

	if (rules_open(&rules, NULL, 0, &err) < 0)
		ck_abort_msg("%s", err.text);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		wrong += check_row(rules, i);
	rules_close(rules);
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

UNIT_MAIN("providers", every_row_is_read_as_its_document_says)
