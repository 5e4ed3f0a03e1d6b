# Ebbtide drains an instance while this hook holds its termination, and completes it when the last task has stopped.
# CONTINUE: should nobody complete it, the instance terminates anyway; every heartbeat of Ebbtide's renews the 300 s.
resource "aws_autoscaling_lifecycle_hook" "ebbtide_terminate" {
  name                   = "ebbtide-terminate"
  autoscaling_group_name = aws_autoscaling_group.container_instances.name # your group
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = 300
  default_result         = "CONTINUE"
}
