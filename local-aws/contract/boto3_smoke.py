"""Drives every Elastic Load Balancing action through boto3, a client that we did not write, and checks what it reads.

Called with the endpoint's URL and, as JSON, the ids of the account to use. Prints the actions it called, as JSON.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError

URL, ACCOUNT = sys.argv[1], json.loads(sys.argv[2])
CONFIG = dict(
    endpoint_url=URL,
    region_name=ACCOUNT["region"],
    aws_access_key_id="local",
    aws_secret_access_key="local",
)
elb = boto3.client("elbv2", **CONFIG)
called = []


def call(action, **arguments):
    """One call by its name in the API; its answer without the metadata."""
    called.append(action)
    words = boto3.session.botocore.xform_name(action)
    answer = getattr(elb, words)(**arguments)
    answer.pop("ResponseMetadata")
    return answer


def refused(code, action, words="", **arguments):
    try:
        call(action, **arguments)
    except ClientError as error:
        got = error.response["Error"]
        assert got["Code"] == code, got
        assert got["Message"] != "" and words in got["Message"], got
        return
    raise AssertionError(f"{action} was not refused with {code}")


def client(service, **changes):
    return boto3.client(service, **{**CONFIG, **changes})


def refused_by(service, code, words, action, region=CONFIG["region_name"], **arguments):
    """A call of another service or Region that is refused in the words given."""
    try:
        getattr(client(service, region_name=region), action)(**arguments)
    except ClientError as error:
        got = error.response["Error"]
        assert got["Code"] == code and words in got["Message"], got
        return
    raise AssertionError(f"{service} {action} was not refused with {code}")


def decisions(lb, group, listener):
    """Where an emulator is easily kinder than AWS, or kinder to itself than to its user."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.77.{n}.0/24", AvailabilityZone=ACCOUNT["region"] + zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")
    ]
    no_way_out = dict(Name="inland", Subnets=subnets)
    refused("InvalidSubnet", "CreateLoadBalancer", f"VPC {vpc} has no internet gateway", **no_way_out)
    inland = call("CreateLoadBalancer", Scheme="internal", **no_way_out)["LoadBalancers"][0]["LoadBalancerArn"]
    call("DeleteLoadBalancer", LoadBalancerArn=inland)

    def logs_to(bucket):
        return dict(LoadBalancerArn=lb, Attributes=[{"Key": "access_logs.s3.bucket", "Value": bucket}])

    words = "Access Denied for bucket: nobody-s. Please check S3bucket permission"
    refused("InvalidConfigurationRequest", "ModifyLoadBalancerAttributes", words, **logs_to("nobody-s"))
    changed = call("ModifyLoadBalancerAttributes", **logs_to("smoke"))["Attributes"]
    same(changed[0], {"Key": "access_logs.s3.bucket", "Value": "smoke"})
    keys = [one["Key"] for one in call("DescribeLoadBalancerAttributes", LoadBalancerArn=lb)["Attributes"]]
    assert "ipv6.deny_all_igw_traffic" not in keys, keys

    unknown = dict(Attributes=[{"Key": "no.such.key", "Value": "1"}])
    refused("ValidationError", "ModifyLoadBalancerAttributes", "'no.such.key' is not recognized", LoadBalancerArn=lb, **unknown)
    refused("ValidationError", "ModifyTargetGroupAttributes", "'no.such.key' is not recognized", TargetGroupArn=group, **unknown)

    pending = client("acm").request_certificate(DomainName="pending.example.com")["CertificateArn"]
    certificate = dict(ListenerArn=listener, Certificates=[{"CertificateArn": pending}])
    refused("UnsupportedCertificate", "AddListenerCertificates", "fully-qualified domain name", **certificate)
    many = [{"CertificateArn": f"{pending[:-2]}{n}"} for n in range(10, 35)]
    refused("ValidationError", "RemoveListenerCertificates", "Up to '10' certificate ARNs", ListenerArn=listener, Certificates=many)

    http = call("CreateListener", LoadBalancerArn=lb, Protocol="HTTP", Port=8080, DefaultActions=fixed("x"))
    made = [
        call("CreateTargetGroup", Name=name, Protocol="HTTP", ProtocolVersion=version, Port=80, VpcId=ACCOUNT["vpc"])
        for name, version in (("zebra", "GRPC"), ("ant", "HTTP1"))
    ]
    grpc, machines = (one["TargetGroups"][0]["TargetGroupArn"] for one in made)
    http = http["Listeners"][0]["ListenerArn"]
    forward = dict(ListenerArn=http, DefaultActions=[{"Type": "forward", "TargetGroupArn": grpc}])
    refused("InvalidLoadBalancerAction", "ModifyListener", "protocol-version 'GRPC'", **forward)
    names = [one["TargetGroupName"] for one in call("DescribeTargetGroups")["TargetGroups"]]
    same(names, sorted(names))

    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    room = ec2.create_subnet(VpcId=ACCOUNT["vpc"], CidrBlock="10.0.240.0/24")["Subnet"]["SubnetId"]
    (machine,) = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=room)["Instances"]
    target = [{"Id": machine["InstanceId"]}]
    call("RegisterTargets", TargetGroupArn=machines, Targets=target)
    same(len(call("DescribeTargetHealth", TargetGroupArn=machines, Targets=[])["TargetHealthDescriptions"]), 1)
    ec2.terminate_instances(InstanceIds=[machine["InstanceId"]])
    same(call("DescribeTargetHealth", TargetGroupArn=machines)["TargetHealthDescriptions"], [])
    (left,) = call("DescribeTargetHealth", TargetGroupArn=machines, Targets=target)["TargetHealthDescriptions"]
    same((left["TargetHealth"]["State"], left["TargetHealth"]["Reason"]), ("draining", "Target.DeregistrationInProgress"))
    ec2.delete_subnet(SubnetId=room)

    refused("ValidationError", "CreateTargetGroup", "local AWS does not play", Name="mirror", Protocol="GENEVE", Port=6081, VpcId=ACCOUNT["vpc"])
    refused_by("elbv2", "SignatureDoesNotMatch", "'eu-west-1'", "describe_load_balancers", region="eu-west-1")
    refused_by("ec2", "AuthFailure", "'eu-west-1'", "describe_vpcs", region="eu-west-1")
    refused_by("elb", "UnsupportedOperation", "Classic Load Balancers", "describe_load_balancers")
    refused_by("autoscaling", "UnsupportedOperation", "would know nothing", "describe_auto_scaling_groups")
    template = json.dumps({"Resources": {"lb": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"}}})
    stack = dict(StackName="lb", TemplateBody=template)
    refused_by("cloudformation", "UnsupportedOperation", "AWS::ElasticLoadBalancingV2::LoadBalancer", "create_stack", **stack)

    call("DeleteListener", ListenerArn=http)
    for arn in (grpc, machines):
        call("DeleteTargetGroup", TargetGroupArn=arn)


def same(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def fixed(body):
    response = {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": body}
    return [{"Type": "fixed-response", "FixedResponseConfig": response}]


def path(*values):
    return [{"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}]


def put_objects():
    """The files that trust stores are made from."""
    s3 = boto3.client("s3", **CONFIG)
    s3.create_bucket(Bucket="smoke", CreateBucketConfiguration={"LocationConstraint": ACCOUNT["region"]})
    for key in ("ca.pem", "revoked.crl"):
        s3.put_object(Bucket="smoke", Key=key, Body=ACCOUNT[key].encode())


def trust_stores():
    bundle = dict(CaCertificatesBundleS3Bucket="smoke", CaCertificatesBundleS3Key="ca.pem")
    store = call("CreateTrustStore", Name="smoke", **bundle)["TrustStores"][0]
    arn = store["TrustStoreArn"]
    same(store["NumberOfCaCertificates"], 1)
    same(call("DescribeTrustStores", Names=["smoke"])["TrustStores"][0]["Status"], "ACTIVE")
    call("ModifyTrustStore", TrustStoreArn=arn, **bundle)
    contents = [{"S3Bucket": "smoke", "S3Key": "revoked.crl", "RevocationType": "CRL"}]
    call("AddTrustStoreRevocations", TrustStoreArn=arn, RevocationContents=contents)
    (revocation,) = call("DescribeTrustStoreRevocations", TrustStoreArn=arn)["TrustStoreRevocations"]
    number = revocation["RevocationId"]
    assert call("GetTrustStoreRevocationContent", TrustStoreArn=arn, RevocationId=number)["Location"]
    call("RemoveTrustStoreRevocations", TrustStoreArn=arn, RevocationIds=[number])
    assert call("GetTrustStoreCaCertificatesBundle", TrustStoreArn=arn)["Location"]
    return arn


def remove_trust_store(arn, listener):
    same(call("DescribeTrustStoreAssociations", TrustStoreArn=arn)["TrustStoreAssociations"][0]["ResourceArn"], listener)
    refused("TrustStoreInUse", "DeleteTrustStore", TrustStoreArn=arn)
    call("GetResourcePolicy", ResourceArn=arn)
    refused(
        ACCOUNT["sharedAssociationCode"], "DeleteSharedTrustStoreAssociation", TrustStoreArn=arn, ResourceArn=listener
    )
    call("ModifyListener", ListenerArn=listener, MutualAuthentication={"Mode": "off"})
    call("DeleteTrustStore", TrustStoreArn=arn)
    same(call("DescribeTrustStores")["TrustStores"], [])


def load_balancer():
    made = call("CreateLoadBalancer", Name="smoke", Subnets=ACCOUNT["subnets"][:2], Tags=[{"Key": "a", "Value": "ü = b"}])
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    elb.get_waiter("load_balancer_available").wait(LoadBalancerArns=[arn], WaiterConfig={"Delay": 1})
    found = call("DescribeLoadBalancers", Names=["smoke"])["LoadBalancers"][0]
    same((found["Scheme"], found["State"]["Code"], found["Type"]), ("internet-facing", "active", "application"))
    attributes = [{"Key": "idle_timeout.timeout_seconds", "Value": "61"}]
    call("ModifyLoadBalancerAttributes", LoadBalancerArn=arn, Attributes=attributes)
    held = call("DescribeLoadBalancerAttributes", LoadBalancerArn=arn)["Attributes"]
    assert attributes[0] in held and len(held) > 15, held
    zones = call("SetSubnets", LoadBalancerArn=arn, Subnets=ACCOUNT["subnets"])["AvailabilityZones"]
    same(len(zones), len(ACCOUNT["subnets"]))
    same(call("SetSecurityGroups", LoadBalancerArn=arn, SecurityGroups=[ACCOUNT["group"]])["SecurityGroupIds"], [ACCOUNT["group"]])
    same(call("SetIpAddressType", LoadBalancerArn=arn, IpAddressType="ipv4")["IpAddressType"], "ipv4")
    call("ModifyIpPools", LoadBalancerArn=arn, IpamPools={"Ipv4IpamPoolId": "ipam-pool-0a1b2c"})
    call("ModifyCapacityReservation", LoadBalancerArn=arn, MinimumLoadBalancerCapacity={"CapacityUnits": 100})
    same(
        call("DescribeCapacityReservation", LoadBalancerArn=arn)["MinimumLoadBalancerCapacity"]["CapacityUnits"], 100
    )
    refused("DuplicateLoadBalancerName", "CreateLoadBalancer", Name="smoke", Subnets=ACCOUNT["subnets"], Scheme="internal")
    return arn


def target_groups(lb):
    made = call("CreateTargetGroup", Name="smoke", Protocol="HTTP", Port=80, VpcId=ACCOUNT["vpc"], TargetType="ip")
    arn = made["TargetGroups"][0]["TargetGroupArn"]
    call("ModifyTargetGroup", TargetGroupArn=arn, HealthCheckPath="/up", Matcher={"HttpCode": "200-299"})
    same(call("DescribeTargetGroups", TargetGroupArns=[arn])["TargetGroups"][0]["HealthCheckPath"], "/up")
    attributes = [{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]
    call("ModifyTargetGroupAttributes", TargetGroupArn=arn, Attributes=attributes)
    assert attributes[0] in call("DescribeTargetGroupAttributes", TargetGroupArn=arn)["Attributes"]
    targets = [{"Id": ACCOUNT["address"], "Port": port} for port in (8080, 8081)]
    call("RegisterTargets", TargetGroupArn=arn, Targets=targets)
    same(len(call("DescribeTargetHealth", TargetGroupArn=arn)["TargetHealthDescriptions"]), 2)
    call("DeregisterTargets", TargetGroupArn=arn, Targets=targets[1:])
    states = call("DescribeTargetHealth", TargetGroupArn=arn)["TargetHealthDescriptions"]
    same([one["TargetHealth"]["State"] for one in states], ["unused"])
    same(call("DescribeTargetGroups", LoadBalancerArn=lb)["TargetGroups"], [])
    return arn


def listeners(lb, group, store):
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    mutual = {"Mode": "verify", "TrustStoreArn": store}
    made = call(
        "CreateListener",
        LoadBalancerArn=lb,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": ACCOUNT["certificates"][0]}],
        DefaultActions=forward,
        MutualAuthentication=mutual,
    )
    arn = made["Listeners"][0]["ListenerArn"]
    refused("DuplicateListener", "CreateListener", LoadBalancerArn=lb, Protocol="HTTP", Port=443, DefaultActions=fixed("x"))
    call("ModifyListener", ListenerArn=arn, SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06")
    found = call("DescribeListeners", LoadBalancerArn=lb)["Listeners"][0]
    same((found["SslPolicy"], found["MutualAuthentication"]["Mode"]), ("ELBSecurityPolicy-TLS13-1-2-2021-06", "verify"))
    attributes = [{"Key": "routing.http.response.server.enabled", "Value": "false"}]
    call("ModifyListenerAttributes", ListenerArn=arn, Attributes=attributes)
    assert attributes[0] in call("DescribeListenerAttributes", ListenerArn=arn)["Attributes"]
    more = [{"CertificateArn": ACCOUNT["certificates"][1]}]
    call("AddListenerCertificates", ListenerArn=arn, Certificates=more)
    same(len(call("DescribeListenerCertificates", ListenerArn=arn)["Certificates"]), 2)
    call("RemoveListenerCertificates", ListenerArn=arn, Certificates=more)
    return arn


def rules(listener):
    arns = []
    for priority, value in ((1, "/a"), (2, "/b")):
        made = call("CreateRule", ListenerArn=listener, Priority=priority, Conditions=path(value), Actions=fixed(value))
        arns.append(made["Rules"][0]["RuleArn"])
    swap = [{"RuleArn": arn, "Priority": priority} for arn, priority in zip(arns, (2, 1))]
    call("SetRulePriorities", RulePriorities=swap)
    found = call("DescribeRules", ListenerArn=listener)["Rules"]
    same([rule["Priority"] for rule in found], ["1", "2", "default"])
    same(found[0]["RuleArn"], arns[1])
    rewrite = [{"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/a(.*)", "Replace": "/z$1"}]}}]
    call("ModifyRule", RuleArn=arns[0], Conditions=path("/a", "/aa"), Transforms=rewrite, Actions=fixed("<b>ü & 'x'</b>"))
    same(call("DescribeRules", RuleArns=[arns[0]])["Rules"][0]["Transforms"], rewrite)
    same(call("DescribeRules", RuleArns=[arns[0]])["Rules"][0]["Actions"][0]["FixedResponseConfig"]["MessageBody"], "<b>ü & 'x'</b>")
    six = path(*(f"/{n}" for n in range(6)))
    refused("ValidationError", "ModifyRule", RuleArn=arns[0], Conditions=six)
    call("DeleteRule", RuleArn=arns[1])
    refused("RuleNotFound", "DeleteRule", RuleArn=arns[1])


def tags(*arns):
    call("AddTags", ResourceArns=list(arns), Tags=[{"Key": "team", "Value": "ops"}])
    for one in call("DescribeTags", ResourceArns=list(arns))["TagDescriptions"]:
        assert {"Key": "team", "Value": "ops"} in one["Tags"], one
    call("RemoveTags", ResourceArns=list(arns), TagKeys=["team"])
    (first,) = call("DescribeTags", ResourceArns=[arns[0]])["TagDescriptions"]
    same(first["Tags"], [{"Key": "a", "Value": "ü = b"}])


def main():
    put_objects()
    lb = load_balancer()
    group = target_groups(lb)
    store = trust_stores()
    listener = listeners(lb, group, store)
    rules(listener)
    tags(lb, group, listener)
    limits = {limit["Name"]: limit["Max"] for limit in call("DescribeAccountLimits")["Limits"]}
    same((limits["application-load-balancers"], limits["targets-per-target-group"]), ("50", "1000"))
    assert len(call("DescribeSSLPolicies")["SslPolicies"]) > 40
    decisions(lb, group, listener)
    refused("ResourceInUse", "DeleteTargetGroup", TargetGroupArn=group)
    remove_trust_store(store, listener)
    call("DeleteListener", ListenerArn=listener)
    call("DeleteLoadBalancer", LoadBalancerArn=lb)
    call("DeleteTargetGroup", TargetGroupArn=group)
    refused("LoadBalancerNotFound", "DescribeLoadBalancers", Names=["smoke"])
    print(json.dumps(sorted(set(called))))


main()
