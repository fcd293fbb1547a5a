import { defineSearchAttributeKey } from '@temporalio/common';

/** Names on Temporal. Workflow ids are made here and nowhere else. */
export const changeQueue = 'graywave';
export const observeQueue = 'graywave.observe';
export const changeWorkflowId = (changeId: string): string => `change/${changeId}`;
export const leaseWorkflowId = (resource: string): string => `lease/${resource}`;
export const holdWorkflowId = (scope: string): string => `hold/${scope}`;
export const noticeWorkflowId = (noticeId: string): string => `notice/${noticeId}`;
export const wardenId = 'warden';

export const attributes = {
  state: defineSearchAttributeKey('ChangeState', 'KEYWORD'),
  level: defineSearchAttributeKey('ChangeLevel', 'KEYWORD'),
  verdict: defineSearchAttributeKey('ChangeVerdict', 'KEYWORD'),
  owner: defineSearchAttributeKey('ChangeOwner', 'KEYWORD'),
  services: defineSearchAttributeKey('ChangeServices', 'KEYWORD_LIST'),
  resources: defineSearchAttributeKey('ChangeResources', 'KEYWORD_LIST'),
} as const;
