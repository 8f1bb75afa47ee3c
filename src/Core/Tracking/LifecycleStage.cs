namespace Mlops.Tracking;

/// <summary>Deleting is soft: what is deleted can be restored.</summary>
public enum LifecycleStage
{
    Active,
    Deleted,
}
