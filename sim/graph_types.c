#include "graph.h"

/* The properties of the v1.0 schema (contract: graph-csdl): what $select may name. */
#define USER                                                                                           \
    " id signInActivity accountEnabled ageGroup assignedLicenses assignedPlans authorizationInfo "     \
    "businessPhones city companyName consentProvidedForMinor country createdDateTime creationType "    \
    "customSecurityAttributes department displayName employeeHireDate employeeId "                     \
    "employeeLeaveDateTime employeeOrgData employeeType externalUserState "                            \
    "externalUserStateChangeDateTime faxNumber givenName identities identityParentId imAddresses "     \
    "isManagementRestricted isResourceAccount jobTitle lastPasswordChangeDateTime "                    \
    "legalAgeGroupClassification licenseAssignmentStates mail mailNickname mobilePhone "               \
    "officeLocation onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes "   \
    "onPremisesImmutableId onPremisesLastSyncDateTime onPremisesProvisioningErrors "                   \
    "onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled "                     \
    "onPremisesUserPrincipalName otherMails passwordPolicies passwordProfile postalCode "              \
    "preferredDataLocation preferredLanguage provisionedPlans proxyAddresses securityIdentifier "      \
    "serviceProvisioningErrors showInAddressList signInSessionsValidFromDateTime state streetAddress " \
    "surname usageLocation userPrincipalName userType mailboxSettings deviceEnrollmentLimit print "    \
    "aboutMe birthday hireDate interests mySite pastProjects preferredName responsibilities schools "  \
    "skills deletedDateTime "
#define GROUP                                                                                         \
    " id assignedLabels assignedLicenses classification createdDateTime description displayName "     \
    "expirationDateTime groupTypes hasMembersWithLicenseErrors infoCatalogs isAssignableToRole "      \
    "isManagementRestricted licenseProcessingState mail mailEnabled mailNickname membershipRule "     \
    "membershipRuleProcessingState onPremisesDomainName onPremisesExtensionAttributes "               \
    "onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesProvisioningErrors "                  \
    "onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled organizationId "     \
    "preferredDataLocation preferredLanguage proxyAddresses renewedDateTime resourceBehaviorOptions " \
    "resourceProvisioningOptions securityEnabled securityIdentifier serviceProvisioningErrors theme " \
    "uniqueName visibility accessType allowExternalSenders autoSubscribeNewMembers "                  \
    "hideFromAddressLists hideFromOutlookClients isFavorite isSubscribedByMail "                      \
    "unseenConversationsCount unseenCount unseenMessagesCount welcomeMessageEnabled isArchived "      \
    "deletedDateTime "

static const struct graph_expansion user_expansions[] = {{"manager", &graph_type_user, graph_expand_manager},
                                                         {0}};
const struct graph_type graph_type_user = {"user", USER,
                                           " businessPhones displayName givenName id jobTitle mail "
                                           "mobilePhone officeLocation preferredLanguage surname "
                                           "userPrincipalName ",
                                           user_expansions};
const struct graph_type graph_type_group = {"group", GROUP, NULL};
const struct graph_type graph_type_object = {"directoryObject",
                                             USER GROUP " roleTemplateId description appId ", NULL};
const struct graph_type graph_type_organization = {
    "organization",
    " id assignedPlans businessPhones city country countryLetterCode createdDateTime "
    "defaultUsageLocation displayName marketingNotificationEmails onPremisesLastSyncDateTime "
    "onPremisesSyncEnabled partnerTenantType postalCode preferredLanguage privacyProfile "
    "provisionedPlans securityComplianceNotificationMails securityComplianceNotificationPhones state "
    "street technicalNotificationMails tenantType verifiedDomains mobileDeviceManagementAuthority "
    "deletedDateTime ",
    NULL};
const struct graph_type graph_type_domain = {
    "domain",
    " id authenticationType availabilityStatus isAdminManaged isDefault isInitial isRoot isVerified "
    "manufacturer model passwordNotificationWindowInDays passwordValidityPeriodInDays state "
    "supportedServices deletedDateTime ",
    NULL};
const struct graph_type graph_type_sku = {
    "subscribedSku",
    " id accountId accountName appliesTo capabilityStatus consumedUnits prepaidUnits servicePlans "
    "skuId skuPartNumber subscriptionIds deletedDateTime ",
    NULL};
const struct graph_type graph_type_any = {"entity", NULL, NULL};

const char graph_collections[] =
    " assignedLabels assignedLicenses assignedPlans businessPhones groupTypes identities imAddresses "
    "infoCatalogs interests licenseAssignmentStates marketingNotificationEmails onPremisesProvisioningErrors "
    "otherMails pastProjects provisionedPlans proxyAddresses resourceBehaviorOptions "
    "resourceProvisioningOptions responsibilities schools securityComplianceNotificationMails "
    "securityComplianceNotificationPhones servicePlans serviceProvisioningErrors skills subscriptionIds "
    "supportedServices technicalNotificationMails verifiedDomains ";
