import { createBrowserRouter, Navigate } from 'react-router';
import { Broken, NotFound } from './ErrorPage';
import { Shell } from './Shell';

export const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <Broken />,
    hydrateFallbackElement: <></>,
    children: [
      {
        index: true,
        lazy: async () => ({ Component: (await import('../dashboard/DashboardPage')).DashboardPage }),
      },
      {
        path: 'offboardings',
        lazy: async () => ({ Component: (await import('../offboardings/ListPage')).ListPage }),
      },
      {
        path: 'offboardings/new',
        lazy: async () => ({ Component: (await import('../wizard/Wizard')).Wizard }),
      },
      {
        path: 'offboardings/:id',
        lazy: async () => ({ Component: (await import('../run/RunPage')).RunPage }),
      },
      {
        path: 'templates',
        lazy: async () => ({ Component: (await import('../templates/TemplatesPage')).TemplatesPage }),
      },
      {
        path: 'templates/:template',
        lazy: async () => ({ Component: (await import('../templates/TemplatePage')).TemplatePage }),
      },
      {
        path: 'tenants',
        lazy: async () => ({ Component: (await import('../tenants/TenantsPage')).TenantsPage }),
      },
      {
        path: 'tenants/:tenant',
        lazy: async () => ({ Component: (await import('../tenants/TenantPage')).TenantPage }),
      },
      {
        path: 'tenants/:tenant/defaults',
        lazy: async () => ({ Component: (await import('../tenants/DefaultsPage')).DefaultsPage }),
      },
      {
        path: 'deliveries',
        lazy: async () => ({ Component: (await import('../deliveries/DeliveriesPage')).DeliveriesPage }),
      },
      {
        path: 'deliveries/:delivery',
        lazy: async () => ({ Component: (await import('../deliveries/DeliveryPage')).DeliveryPage }),
      },
      {
        path: 'logbook',
        lazy: async () => ({ Component: (await import('../logbook/LogbookPage')).LogbookPage }),
      },
      {
        path: 'settings',
        lazy: async () => ({ Component: (await import('../settings/SettingsPage')).SettingsPage }),
        children: [
          { index: true, element: <Navigate to="/settings/notifications" replace /> },
          {
            path: 'notifications',
            lazy: async () => ({
              Component: (await import('../settings/notifications/NotificationsPage')).NotificationsPage,
            }),
          },
          {
            path: 'notifications/:endpoint',
            lazy: async () => ({
              Component: (await import('../settings/notifications/EndpointPage')).EndpointPage,
            }),
          },
          {
            path: 'prices',
            lazy: async () => ({ Component: (await import('../settings/PricesPage')).PricesPage }),
          },
          {
            path: 'accounts',
            lazy: async () => ({ Component: (await import('../settings/AccountsPage')).AccountsPage }),
          },
          {
            path: 'tokens',
            lazy: async () => ({ Component: (await import('../settings/TokensPage')).TokensPage }),
          },
        ],
      },
      {
        path: 'preferences',
        lazy: async () => ({ Component: (await import('../me/PreferencesPage')).PreferencesPage }),
      },
      {
        path: 'about',
        lazy: async () => ({ Component: (await import('../about/AboutPage')).AboutPage }),
      },
      { path: '*', element: <NotFound /> },
    ],
  },
]);
